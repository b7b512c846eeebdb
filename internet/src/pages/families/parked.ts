import { div, type Family, h1, li, p } from "../Page.ts"
import { legal, machineText, trades } from "../Words.ts"

/** A domain that earns by links until somebody buys it. */
export const parked: Family = ({ name, brand }, draw) => ({
  lang: "en",
  title: draw.pick([name, `${name} - related searches`, `${name} is parked`, `Welcome to ${name}`]),
  blocks: [
    h1(name),
    p(draw.pick(["Related searches", "Sponsored listings", "Top links for this topic"])),
    ...draw
      .some(trades, 3 + draw.int(4))
      .map((trade) => li(draw.pick([`Cheap ${trade.field}`, `${brand} ${trade.field}`, `Best ${trade.field} 2025`]))),
    div(
      draw.pick([
        "This page is provided courtesy of the registrar.",
        `The domain ${name} may be for sale by its owner.`,
        "The domain owner maintains no relationship with the advertisers shown here.",
        `Interested in ${name}? Ask the owner for a price.`
      ])
    ),
    p(draw.pick(legal(brand)))
  ],
  hidden: draw.some(machineText, 3)
})

/** A domain with a price tag. */
export const forSale: Family = ({ name, brand }, draw) => {
  const price = (5 + draw.int(195)) * 100
  return {
    lang: "en",
    title: draw.pick([
      `${name} is for sale`,
      `Buy ${name} today`,
      `${name} – premium domain`,
      `${brand}: this name is available`
    ]),
    blocks: [
      h1(draw.pick([`${name} is for sale!`, `The domain ${name} is available`, `Make ${name} yours`])),
      p(
        draw.pick([
          `Buy now for $${price} or make an offer. Transfer takes two working days.`,
          `Asking price: ${price} EUR. The domain name is for sale by its owner, without agents.`,
          `Lease to own from $${Math.round(price / 24)} a month. Premium names hold their value.`
        ])
      ),
      li(draw.pick(["Escrow protects both sides", "Pay by wire, card or bitcoin"])),
      li(draw.pick(["Money back if the transfer fails", "Registered since 2009"])),
      p(`Offers to domains@${name}`)
    ],
    hidden: draw.some(machineText, 1)
  }
}

/** Nothing yet. */
export const construction: Family = ({ name, brand }, draw) => ({
  lang: "en",
  title: draw.pick([
    "Coming soon",
    `${brand} - under construction`,
    "Default web page",
    "Welcome to nginx!",
    "Index of /"
  ]),
  blocks: [
    h1(draw.pick(["Coming soon", "Under construction", `Welcome to ${name}`, "It works!"])),
    p(
      draw.pick([
        "Something new is being built here. Please check back later.",
        "If you see this page, the web server is installed and working. Further configuration is required.",
        `The website of ${brand} will open shortly. Leave your address and we tell you first.`,
        "This account has been suspended. Contact your hosting provider."
      ])
    )
  ],
  hidden: []
})
