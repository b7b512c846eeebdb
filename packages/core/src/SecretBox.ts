import { Config, Context, Effect, Layer, Option, Redacted, Result, Schema } from "effect"
import { Base64Url } from "effect/encoding"
import { RandomBytes } from "./Ids.ts"
import * as KeyRing from "./KeyRing.ts"

/** Where a secret is kept. It opens nowhere else: an envelope moved to another row or column is refused. */
export interface Place {
  readonly table: string
  readonly column: string
  readonly row: string
}

/** The envelope does not open here. Why is for the operator; neither the envelope nor anything in it is repeated. */
export class Unopenable extends Schema.TaggedError<Unopenable>()("Unopenable", {
  reason: Schema.Literals(["no envelope", "unknown key", "altered or moved"])
}) {
  override get message() {
    return `no usable secret: ${this.reason}`
  }
}

/** There is no key, so nothing can be kept secret. */
export class Locked extends Schema.TaggedError<Locked>()("Locked", {}) {
  override get message() {
    return "there is no key to seal a secret with: set DOMAINFLOW_SECRET_KEYS"
  }
}

/** Secrets that must be read again, such as a proxy's password, sealed so that a dump of the database tells nothing. */
export class SecretBox extends Context.Service<
  SecretBox,
  {
    /** `enc:v1:<key id>:<base64url of nonce, ciphertext and tag>` by the current key. Twice the same secret looks different. */
    readonly seal: (secret: Redacted.Redacted, place: Place) => Effect.Effect<string, Locked>
    readonly open: (envelope: string, place: Place) => Effect.Effect<Redacted.Redacted, Unopenable>
    /** Sealed by a key that is no longer the current one: open it, seal it anew, and the old key can go. */
    readonly isStale: (envelope: string) => Effect.Effect<boolean>
  }
>()("@domainflow/core/SecretBox") {
  /** AES-256-GCM (NIST SP 800-38D): the first 32 bytes of a key, a random nonce of 96 bits each time. */
  static readonly layer = (ring: KeyRing.KeyRing) =>
    Layer.succeed(SecretBox, {
      seal: Effect.fnUntraced(function* (secret, place) {
        const key = yield* ring.current
        const random = yield* RandomBytes
        const nonce = random(new Uint8Array(nonceBytes))
        const sealed = yield* Effect.promise(async () =>
          crypto.subtle.encrypt(
            { name: "AES-GCM", iv: nonce, additionalData: bound(place) },
            await imported(key),
            new TextEncoder().encode(Redacted.value(secret))
          )
        )
        return `enc:v1:${key.id}:${Base64Url.encode(new Uint8Array([...nonce, ...new Uint8Array(sealed)]))}`
      }),
      open: Effect.fnUntraced(function* (envelope, place) {
        const parts = split(envelope)
        if (parts === null) return yield* new Unopenable({ reason: "no envelope" })
        const key = yield* ring.find(parts.keyId)
        if (key === null) return yield* new Unopenable({ reason: "unknown key" })
        const { sealed } = parts
        const opened = yield* Effect.tryPromise({
          try: async () =>
            crypto.subtle.decrypt(
              { name: "AES-GCM", iv: sealed.subarray(0, nonceBytes), additionalData: bound(place) },
              await imported(key),
              sealed.subarray(nonceBytes)
            ),
          catch: () => new Unopenable({ reason: "altered or moved" })
        })
        return Redacted.make(new TextDecoder().decode(opened), { label: "secret" })
      }),
      isStale: (envelope) => Effect.map(ring.current, (key) => split(envelope)?.keyId !== key.id)
    })

  /** For a host that keeps no secrets: none can be sealed, and none opens. */
  static readonly layerLocked = Layer.succeed(SecretBox, {
    seal: () => Effect.fail(new Locked()),
    open: () => Effect.fail(new Unopenable({ reason: "unknown key" })),
    isStale: () => Effect.succeed(false)
  })

  /** The ring in the environment variable `DOMAINFLOW_SECRET_KEYS`; locked where it is not set. */
  static readonly layerConfig = Layer.unwrap(
    Effect.map(Config.option(KeyRing.config("DOMAINFLOW_SECRET_KEYS")), (ring) =>
      Option.match(ring, { onNone: () => SecretBox.layerLocked, onSome: SecretBox.layer })
    )
  )
}

const nonceBytes = 12
const tagBytes = 16

const split = (envelope: string): { readonly keyId: string; readonly sealed: Uint8Array<ArrayBuffer> } | null => {
  const [, keyId, text] = /^enc:v1:([A-Za-z0-9_-]{1,32}):([A-Za-z0-9_-]+)$/.exec(envelope) ?? []
  if (keyId === undefined || text === undefined) return null
  const sealed = Result.getOrElse(Base64Url.decode(text), () => new Uint8Array())
  return sealed.length < nonceBytes + tagBytes ? null : { keyId, sealed: new Uint8Array(sealed) }
}

/** The associated data. JSON keeps the parts apart: no two places are spelled alike. */
const bound = ({ table, column, row }: Place) =>
  new TextEncoder().encode(JSON.stringify(["domainflow", 1, table, column, row]))

const imported = (key: KeyRing.Key) =>
  crypto.subtle.importKey("raw", new Uint8Array(Redacted.value(key.bytes)).slice(0, 32), "AES-GCM", false, [
    "encrypt",
    "decrypt"
  ])
