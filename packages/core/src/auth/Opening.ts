import { Effect } from "effect"
import type * as Client from "./Client.ts"
import type { DeviceId } from "./DeviceId.ts"
import type { HashedPassword } from "./Password.ts"
import { SessionId } from "./Session.ts"
import { Sessions } from "./Sessions.ts"
import * as Token from "./Token.ts"
import type { Account } from "./User.ts"

/** The browser somebody comes with. */
export interface Known {
  readonly deviceId: DeviceId | null
  readonly isKnownDevice: boolean
}

/** Opens a session for whoever has just proved to be someone, and answers its token; null if that no longer holds. */
export const make = Effect.map(Sessions, (sessions) =>
  Effect.fnUntraced(function* (account: Account, client: Client.Client, device: Known) {
    const { hash, token } = yield* Token.mint
    const opened = yield* sessions.open({
      id: SessionId.make(hash),
      userId: account.id,
      passwordHash: account.passwordHash,
      client,
      ...device
    })
    return opened === null ? null : token
  })
)

export const stored = (account: Account): HashedPassword => ({
  hash: account.passwordHash,
  pepperVersion: account.passwordPepperVersion
})
