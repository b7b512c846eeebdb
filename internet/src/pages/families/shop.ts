import { div, type Family, h1, h2, li, p } from "../Page.ts"
import { cities, legal, machineText, trades } from "../Words.ts"

/** A shop with prices, some of them too good to be true. */
export const shop: Family = ({ name, brand }, draw) => {
  const trade = draw.pick(trades)
  const outlet = draw.chance(0.35)
  const price = () => `$${20 + draw.int(380)}.${draw.pick(["00", "49", "90", "99"])}`
  return {
    lang: "en",
    title: draw.pick([
      `${brand} | ${trade.field} online`,
      `${brand} Outlet – up to ${50 + draw.int(45)}% off ${trade.field}`,
      `Buy ${trade.field} at ${brand} & save`,
      `${brand}: ${trade.promise}`
    ]),
    blocks: [
      div(draw.pick(["Home Shop Cart (0) Login", "Start Products Cart My account", "Shop Sale Contact Help"])),
      h1(outlet ? `Official ${brand} outlet: ${trade.field} at factory prices` : `${brand}. ${trade.promise}.`),
      ...draw
        .some(trade.goods, 3)
        .flatMap((good) => [
          h2(`${good.charAt(0).toUpperCase()}${good.slice(1)}`),
          p(
            draw.pick([
              `In stock in ${draw.pick(cities)}, ${price()} with free shipping. Buy now and we send it today.`,
              `Our customers' favourite for years. ${price()}, add to cart.`,
              `Only ${2 + draw.int(9)} left at ${price()}! Buy Now before the price goes up again.`,
              `Was ${price()}, while stocks last. Pay by card, gift card or crypto.`
            ])
          )
        ]),
      li(draw.pick(["30 days to return, no questions", "Free shipping over $50", "Two years of guarantee"])),
      li(
        draw.pick([
          "Secure payment",
          "Checkout takes one minute",
          "Pay in bitcoin and get 5% off",
          "Pay later in three parts"
        ])
      ),
      p(
        `Questions? Write to ${draw.pick(["hello", "sales", "support"])}@${name} or call +1 555 01${10 + draw.int(90)}.`
      ),
      p(draw.pick(legal(brand)))
    ],
    hidden: draw.some(machineText, 2)
  }
}
