import { div, type Family, h1, h2, p } from "../Page.ts"
import { cities, days, legal, machineText, people, trades } from "../Words.ts"

const thoughts = [
  "The first version took a weekend, the second took a year. What changed in between was mostly what we left out.",
  "Nobody reads manuals, but everybody reads the label on the lid; so we moved the manual to the lid.",
  "I changed my password manager last week and found four accounts that I had forgotten for ten years.",
  "People ask whether crypto will replace the till. In our street it has not even replaced the cheque.",
  "Measure twice, cut once, and write down which side of the line you cut on.",
  "We tried three suppliers before we found one who answers letters.",
  "It rained for the whole of the festival, and for once nobody minded."
]

/** Somebody writes. */
export const blog: Family = ({ brand }, draw) => {
  const author = draw.pick(people)
  return {
    lang: "en",
    title: draw.pick([
      `${brand} – notes by ${author}`,
      `${author}'s blog`,
      `${brand} Journal`,
      `What I learnt | ${brand}`
    ]),
    blocks: [
      div("Home Archive About RSS"),
      h1(`${brand}, a blog about ${draw.pick(trades).field}`),
      ...draw
        .some(thoughts, 4)
        .flatMap((thought, index) => [
          h2(`${draw.pick(["Notes from", "A week in", "Letter from"])} ${draw.pick(cities)} (${index + 1})`),
          p(`${draw.pick(days)}, by ${author}. ${thought}`)
        ]),
      p(draw.pick(legal(brand)))
    ],
    hidden: draw.some(machineText, 1)
  }
}

/** Somebody reports. */
export const news: Family = ({ brand }, draw) => ({
  lang: "en",
  title: draw.pick([`${brand} News`, `${brand} Daily: business, weather, sport`, `The ${brand} Post`]),
  blocks: [
    h1(`The ${brand} Post`),
    ...Array.from({ length: 4 + draw.int(4) }, () => {
      const trade = draw.pick(trades)
      return [
        h2(
          draw.pick([
            `Makers of ${trade.field} warn of look-alike shops`,
            `${draw.pick(cities)} to host fair for ${trade.field}`,
            `Prices of ${trade.field} fall for the third month`,
            `Police close shop that sold ${trade.field} for crypto and sent none`
          ])
        ),
        p(
          draw.pick([
            `${draw.pick(days)}. “We saw it coming,” said ${draw.pick(people)}. Shops expect a quiet season.`,
            `The old factory in ${draw.pick(cities)} is for sale again; two bidders are said to be interested.`,
            `Customers should check the address before they enter a password, the association says.`
          ])
        )
      ]
    }).flat(),
    p(draw.pick(legal(brand)))
  ],
  hidden: draw.some(machineText, 3)
})

/** A company presents itself. */
export const corporate: Family = ({ name, brand }, draw) => {
  const trade = draw.pick(trades)
  return {
    lang: draw.pick(["en", "en-GB", "en-US"]),
    title: draw.pick([
      `${brand} GmbH`,
      `${brand} Inc. – ${trade.promise}`,
      `About ${brand}`,
      `${brand} | ${trade.field} & more`
    ]),
    blocks: [
      div("Company Services Careers Contact"),
      h1(trade.promise),
      p(
        `${brand} has worked in ${trade.field} since ${1950 + draw.int(65)}. ${3 + draw.int(400)} people in ${draw.pick(cities)} and ${draw.pick(cities)} work for customers in ${2 + draw.int(40)} countries.`
      ),
      h2("Services"),
      p(
        `Consulting, ${draw.some(trade.goods, 2).join(", ")} and training. Partners reach the customer login on the portal.`
      ),
      h2("Contact"),
      p(`${brand}, ${1 + draw.int(120)} Harbour Street, ${draw.pick(cities)}. info@${name}`),
      p(draw.pick(legal(brand)))
    ],
    hidden: draw.some(machineText, 1)
  }
}

/** An application that draws itself in the browser: nothing to read without it. */
export const shell: Family = ({ brand }, draw) => ({
  lang: "en",
  title: draw.pick([`${brand}`, `${brand} App`, `${brand} Dashboard – login`]),
  blocks: [],
  hidden: ["You need to enable JavaScript to run this app and to login.", ...draw.some(machineText, 2)]
})
