import { Clock, Context, Effect, Layer } from "effect"
import { AuditLog } from "../audit/AuditLog.ts"
import * as Ids from "../Ids.ts"
import type { StoreError } from "../StoreError.ts"
import { AuthLog } from "./AuthLog.ts"
import * as Memory from "./AuthMemory.ts"
import { AuthMemory } from "./AuthMemory.ts"
import type { Client } from "./Client.ts"
import { renewed } from "./Credentials.ts"
import { linkMinutes } from "./limits.ts"
import type { HashedPassword } from "./Password.ts"
import { PasswordResetToken, PasswordResetTokenId } from "./PasswordResetToken.ts"
import type { User } from "./User.ts"
import { face } from "./Users.ts"

/** Links that let someone set a new password, by the hash of their token. */
export class PasswordResets extends Context.Service<
  PasswordResets,
  {
    /** Keeps a token for whoever has this address; null, and a line in the log, where nobody active has. */
    readonly offer: (email: string, tokenHash: string, client: Client) => Effect.Effect<User | null, StoreError>

    /** Whose token it is, while it works. Looking does not use it up. */
    readonly find: (tokenHash: string) => Effect.Effect<User | null, StoreError>

    /**
     * Sets the password, once: ends every session, uses up every other link of the user, forgets failures. Null if the token does
     * not work; of any number of calls at once one wins. An administrator's lock stays.
     */
    readonly redeem: (
      tokenHash: string,
      password: HashedPassword,
      client: Client
    ) => Effect.Effect<User | null, StoreError>

    /** Drops links that have not worked for a day, and says how many that were. */
    readonly sweep: Effect.Effect<number, StoreError>
  }
>()("@domainflow/core/PasswordResets") {
  static readonly layerMemory = Layer.effect(
    PasswordResets,
    Effect.gen(function* () {
      const tables = yield* AuthMemory
      const audit = yield* AuditLog
      const log = yield* AuthLog
      const owner = (tokenHash: string, now: number) => {
        const reset = tables.resets.get(tokenHash)
        const account = reset && tables.accounts.get(reset.userId)
        return reset?.usedAt === null && reset.expiresAt.getTime() > now && account?.isActive === true ? account : null
      }

      return PasswordResets.of({
        offer: Effect.fnUntraced(function* (email, tokenHash, client) {
          const account = [...tables.accounts.values()].find((held) => held.email === email && held.isActive)
          if (account !== undefined) {
            const now = yield* Clock.currentTimeMillis
            const reset = new PasswordResetToken({
              id: PasswordResetTokenId.make(yield* Ids.one),
              userId: account.id,
              tokenHash,
              expiresAt: new Date(now + linkMinutes * 60_000),
              usedAt: null,
              ipAddress: client.ip,
              userAgent: client.userAgent,
              createdAt: new Date(now)
            })
            tables.resets.set(tokenHash, reset)
          }
          yield* log.append({
            eventType: "password_reset_requested",
            eventStatus: account === undefined ? "failure" : "success",
            userId: account?.id ?? null,
            client
          })
          return account === undefined ? null : face(account)
        }),

        find: (tokenHash) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            const account = owner(tokenHash, now)
            return account === null ? null : face(account)
          }),

        redeem: Effect.fnUntraced(function* (tokenHash, password, client) {
          const now = yield* Clock.currentTimeMillis
          const account = owner(tokenHash, now)
          if (account === null) return null
          const changed = renewed(account, password, new Date(now))
          tables.accounts.set(account.id, changed)
          Memory.startAnew(tables, account.id)
          const sessions = Memory.endSessions(tables, account.id)
          yield* audit.append({ action: "user.password_reset", entityId: account.id })
          yield* log.append({
            eventType: "password_reset",
            eventStatus: "success",
            userId: account.id,
            client,
            details: { sessions: sessions.length }
          })
          return face(changed)
        }),

        sweep: Effect.map(Clock.currentTimeMillis, (now) => {
          const stale = [...tables.resets].filter(([, reset]) => reset.expiresAt.getTime() + 86_400_000 < now)
          for (const [hash] of stale) tables.resets.delete(hash)
          return stale.length
        })
      })
    })
  )
}
