import { Auth } from "@domainflow/core/auth/Auth"
import { Courier } from "@domainflow/core/auth/Courier"
import * as KeyRing from "@domainflow/core/KeyRing"
import { client } from "@domainflow/core/testing/authFixture"
import { Layer, Redacted } from "effect"
import * as Accounts from "../../src/auth/Accounts.ts"
import * as Bcrypt from "../../src/auth/Bcrypt.ts"

/** 2^8 rounds, a dozen milliseconds: what the database does is small beside it, as it is beside the real cost. */
export const cost = 8
export const pepper = (id: string, fill: number): KeyRing.Key => ({
  id,
  bytes: Redacted.make(new Uint8Array(48).fill(fill))
})
/** Accounts over bcrypt, by these peppers; the first is used for what is hashed anew. */
export const layerOf = (...keys: [KeyRing.Key, ...Array<KeyRing.Key>]) =>
  Auth.layer().pipe(
    Layer.provideMerge(
      Layer.mergeAll(Accounts.ports, Bcrypt.layer({ peppers: KeyRing.make(keys), cost }), Courier.layerMemory)
    )
  )

let hosts = 0
/** A client that nobody has heard of. */
export const elsewhere = () => ({ ...client, ip: `10.1.${(++hosts >> 8) & 255}.${hosts & 255}` })
