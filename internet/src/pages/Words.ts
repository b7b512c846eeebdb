/** Words that several families of pages draw from. */

export interface Trade {
  readonly field: string
  readonly goods: ReadonlyArray<string>
  readonly promise: string
}

export const trades: ReadonlyArray<Trade> = [
  {
    field: "running shoes",
    goods: ["trail runner", "racing flat", "winter boot", "kids' trainer"],
    promise: "Built for the last mile"
  },
  {
    field: "watches",
    goods: ["diver's watch", "chronograph", "field watch", "leather strap"],
    promise: "Time, kept honestly"
  },
  {
    field: "garden tools",
    goods: ["hedge trimmer", "pruning saw", "rain barrel", "folding spade"],
    promise: "For people who grow things"
  },
  {
    field: "coffee",
    goods: ["espresso blend", "hand grinder", "filter kettle", "cold brew kit"],
    promise: "Roasted on Tuesdays"
  },
  {
    field: "headphones",
    goods: ["studio headset", "ear buds", "travel case", "replacement pad"],
    promise: "Hear what was recorded"
  },
  {
    field: "bicycles",
    goods: ["gravel bike", "cargo bike", "dynamo lamp", "saddle bag"],
    promise: "Every road is a good road"
  },
  {
    field: "insurance",
    goods: ["travel cover", "household cover", "pet cover", "bicycle cover"],
    promise: "We answer the phone"
  },
  {
    field: "cloud backup",
    goods: ["team plan", "archive plan", "family plan", "recovery drill"],
    promise: "Restore is the feature"
  },
  {
    field: "cosmetics",
    goods: ["night cream", "lip balm", "mineral powder", "sun lotion"],
    promise: "Short lists of ingredients"
  },
  {
    field: "furniture",
    goods: ["oak table", "reading chair", "shelf system", "bedside lamp"],
    promise: "Made to be repaired"
  },
  {
    field: "pet food",
    goods: ["puppy mix", "senior cat menu", "training treat", "bird seed"],
    promise: "They cannot read labels, we can"
  },
  {
    field: "printing",
    goods: ["business card", "large poster", "photo book", "door sign"],
    promise: "Ink on paper since 1987"
  }
]

export const cities = [
  "Lisbon",
  "Leeds",
  "Rotterdam",
  "Graz",
  "Tampere",
  "Porto",
  "Aarhus",
  "Ghent",
  "Turin",
  "Bremen",
  "Boise",
  "Tacoma"
]

export const people = [
  "Maria Lind",
  "Tom Okafor",
  "Ines Duarte",
  "Jan Vermeer",
  "Priya Nair",
  "Sam Whitlock",
  "Aiko Mori",
  "Leon Hartmann"
]

/** Fixed days, never today: a page is the same in every run. */
export const days = [
  "3 January 2025",
  "14 February 2025",
  "2 April 2025",
  "19 May 2025",
  "8 July 2025",
  "30 September 2025",
  "11 November 2025"
]

export const legal = (brand: string): ReadonlyArray<string> => [
  `© 2025 ${brand}. All rights reserved.`,
  `Copyright 2019–2025 ${brand} Ltd.`,
  `${brand} · Terms · Privacy · Imprint`,
  `All trademarks belong to their owners. ${brand} is not affiliated with them.`
]

/** Text that only machines read; some of it looks like findings and must not become any. */
export const machineText: ReadonlyArray<string> = [
  "window.dataLayer = window.dataLayer || []; // login password for sale",
  "var cart = { buyNow: 'buy now', wallet: 'crypto wallet' };",
  "TODO remove the old casino banner and the bitcoin ticker before launch",
  ".hero{content:'verify your account'}",
  "build 2025.11.3 revision 8f31c2"
]
