import { div, type Family, h1, li, p } from "../Page.ts"
import { machineText } from "../Words.ts"

/** A look-alike that asks for a password. */
export const login: Family = ({ name, brand }, draw) => ({
  lang: "en",
  title: draw.pick([
    `Sign in to your ${brand} account`,
    `${brand} Login`,
    `${brand} - Verify your account`,
    `Secure access · ${brand}`,
    `${brand} Webmail`
  ]),
  blocks: [
    h1(draw.pick([`${brand} Login`, "Welcome back", "Your session has expired", "Unusual activity detected"])),
    p(
      draw.pick([
        "Please verify your account within 24 hours or it will be closed.",
        "Sign in with your e-mail address and password to continue.",
        "We noticed a login from a new device. Confirm your password to keep your account safe.",
        "Enter the code that we sent to your phone."
      ])
    ),
    div("E-mail or phone"),
    div("Password"),
    div(draw.pick(["Sign in", "Log in", "Continue", "Next"])),
    li(draw.pick(["Forgot your password?", "Trouble signing in?"])),
    li(draw.pick(["Create an account", "Use another account"])),
    p(`Protected by ${brand} Security. Never share your password with anyone; ${name} will not ask for it by e-mail.`)
  ],
  hidden: draw.some(machineText, 2)
})

/** Coins, chips and other ways to lose money. */
export const chance: Family = ({ name, brand }, draw) => {
  const coins = draw.chance(0.6)
  return {
    lang: "en",
    title: coins
      ? draw.pick([`${brand} | Crypto made simple`, `${brand} Wallet`, `Claim your ${brand} airdrop`])
      : draw.pick([`${brand} Casino – 200 free spins`, `${brand} Slots & Poker`]),
    blocks: [
      h1(coins ? `Trade crypto with ${brand}` : `${brand} Casino: play responsibly`),
      p(
        coins
          ? draw.pick([
              `Connect your wallet and receive ${100 + draw.int(900)} tokens at once. No password needed, only your recovery phrase.`,
              "Buy bitcoin in two minutes. Our crypto experts double your deposit in a week.",
              "Stake, swap and earn up to 18% a year on stablecoins."
            ])
          : draw.pick([
              `A bonus of $${(1 + draw.int(9)) * 100} on your first deposit, 200 free spins every Friday.`,
              "Live roulette, blackjack and slots. Withdraw your winnings in crypto."
            ])
      ),
      li("24/7 support in twelve languages"),
      li(draw.pick(["Licensed in Curaçao", "Audited smart contracts", "Registered company no. 88214"])),
      p(`Join the channel of ${name} and never miss an offer.`)
    ],
    hidden: draw.some(machineText, 2)
  }
}
