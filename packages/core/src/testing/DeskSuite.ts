import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Stream } from "effect"
import { AuditLog } from "../audit/AuditLog.ts"
import { Auth } from "../auth/Auth.ts"
import { Desk } from "../auth/Desk.ts"
import { type Permission, permissions } from "../auth/Permission.ts"
import type { Principal } from "../auth/Principal.ts"
import { type SystemRole, systemRoles } from "../auth/Role.ts"
import type { UserId } from "../auth/UserId.ts"
import { Users } from "../auth/Users.ts"
import type { CampaignId } from "../campaign/CampaignId.ts"
import { Campaigns } from "../campaign/Campaigns.ts"
import { GeneratedDomains } from "../generation/GeneratedDomains.ts"
import { Personas } from "../persona/Personas.ts"
import { Proxies } from "../proxy/Proxies.ts"
import type { Stores } from "../Stores.ts"
import { client, type Ports, password, person, roles } from "./authFixture.ts"
import * as Scene from "./Scene.ts"

/**
 * Who may do what to whose: `any` everything, `own` what is theirs and nothing else, `-` nothing. A column for each role, a
 * row for each right; each entry stands for three cells (own, someone else's, nobody's), 204 in all.
 */
const matrix = `
                    super_admin  admin  user  viewer
  campaigns:create  any          any    own   -
  campaigns:read    any          any    own   any
  campaigns:update  any          any    own   -
  campaigns:delete  any          any    -     -
  campaigns:execute any          any    own   -
  personas:create   any          any    -     -
  personas:read     any          any    any   any
  personas:update   any          any    -     -
  personas:delete   any          any    -     -
  proxies:create    any          any    -     -
  proxies:read      any          any    any   any
  proxies:update    any          any    -     -
  proxies:delete    any          any    -     -
  system:admin      any          -      -     -
  system:config     any          -      -     -
  users:manage      any          any    -     -
  reports:generate  any          any    -     -
`
const owners = ["own", "someone else's", "nobody's"] as const
type Owner = (typeof owners)[number]
type Outcome = "done" | "forbidden" | "not found"

const expected = (role: SystemRole, permission: Permission, owner: Owner): Outcome => {
  const row = matrix.split("\n").find((line) => line.trim().startsWith(`${permission} `))
  const entry = row?.trim().split(/\s+/)[systemRoles.indexOf(role) + 1]
  if (entry === "-") return "forbidden"
  return entry === "any" || (entry === "own" && owner === "own") ? "done" : "not found"
}

/** What is acted on: a campaign of this owner, and things that have none. */
interface Scenery {
  readonly campaignId: CampaignId
  readonly userId: UserId
}

/** For each right, something that needs it. */
const act = (principal: Principal, { campaignId, userId }: Scenery) =>
  Effect.gen(function* () {
    const { campaigns, dnsResults, jobs, personas, proxies } = yield* Desk
    const users = yield* Users
    const persona = yield* Scene.persona("dns")
    const proxy = yield* Proxies.use((raw) =>
      raw.create({ name: Scene.word(), address: `${Scene.word()}.example:3128`, protocol: "http" })
    )
    const params = {
      _tag: "dns_validation",
      sourceGenerationCampaignId: campaignId,
      personaIds: [persona.id]
    } as const
    const granted = <P extends Permission>(permission: P) => principal.grant(permission)
    const acts: Record<Permission, Effect.Effect<unknown, { readonly _tag: string }>> = {
      "campaigns:create": Effect.flatMap(granted("campaigns:create"), (grant) =>
        campaigns.create(grant, { name: "resolve", params })
      ),
      "campaigns:read": Effect.flatMap(granted("campaigns:read"), (grant) => campaigns.get(grant, campaignId)),
      "campaigns:update": Effect.flatMap(granted("campaigns:update"), (grant) => campaigns.measure(grant, campaignId)),
      "campaigns:delete": Effect.flatMap(granted("campaigns:delete"), (grant) => campaigns.remove(grant, campaignId)),
      "campaigns:execute": Effect.flatMap(granted("campaigns:execute"), (grant) =>
        campaigns.move(grant, campaignId, "queued")
      ),
      "personas:create": Effect.flatMap(granted("personas:create"), (grant) =>
        personas.create(grant, { name: Scene.word(), personaType: "dns", configDetails: {} })
      ),
      "personas:read": Effect.flatMap(granted("personas:read"), (grant) => personas.get(grant, persona.id)),
      "personas:update": Effect.flatMap(granted("personas:update"), (grant) =>
        personas.update(grant, persona.id, { isEnabled: false })
      ),
      "personas:delete": Effect.flatMap(granted("personas:delete"), (grant) => personas.remove(grant, persona.id)),
      "proxies:create": Effect.flatMap(granted("proxies:create"), (grant) =>
        proxies.create(grant, { name: Scene.word(), address: `${Scene.word()}.example:3128`, protocol: "http" })
      ),
      "proxies:read": Effect.flatMap(granted("proxies:read"), (grant) => proxies.get(grant, proxy.id)),
      "proxies:update": Effect.flatMap(granted("proxies:update"), (grant) =>
        proxies.update(grant, proxy.id, { isEnabled: false })
      ),
      "proxies:delete": Effect.flatMap(granted("proxies:delete"), (grant) => proxies.remove(grant, proxy.id)),
      "system:admin": Effect.flatMap(granted("system:admin"), (grant) => jobs.standings(grant, campaignId)),
      "system:config": granted("system:config"),
      "users:manage": Effect.flatMap(granted("users:manage"), (grant) => users.get(grant, userId)),
      "reports:generate": Effect.flatMap(granted("reports:generate"), () =>
        Effect.flatMap(granted("campaigns:read"), (grant) => Stream.runDrain(dnsResults.stream(grant, campaignId)))
      )
    }
    return acts
  })

/** Who they are, as a login and the next request say. */
const loggedIn = Effect.fnUntraced(function* (role: SystemRole) {
  const auth = yield* Auth
  const { email, id } = yield* person({ roles: roles(role) })
  const from = { ...client, ip: `10.2.0.${systemRoles.indexOf(role)}` }
  const { token } = yield* auth.login({ email, password, client: from })
  return { id, principal: yield* auth.validate(token, from) }
})

const campaignOf = (owner: UserId | undefined) =>
  Campaigns.use((campaigns) => campaigns.create({ name: "names", params: Scene.pattern() }, owner))

/** Who may do what through the desk, on every set of stores. */
export const suite = <E>(name: string, layer: Layer.Layer<Ports | Stores | Desk, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`Desk (${name})`, (it) => {
    for (const role of systemRoles)
      it.effect(
        `${role}: every right on one's own, someone else's and nobody's`,
        () =>
          Effect.gen(function* () {
            const { id, principal } = yield* loggedIn(role)
            const other = yield* person()
            const ownerOf: Record<Owner, UserId | undefined> = {
              own: id,
              "someone else's": other.id,
              "nobody's": undefined
            }
            const seen: Array<string> = []
            const meant: Array<string> = []
            for (const permission of permissions)
              for (const owner of owners) {
                const campaign = yield* campaignOf(ownerOf[owner])
                const acts = yield* act(principal, { campaignId: campaign.id, userId: other.id })
                const outcome = yield* Effect.match(acts[permission], {
                  onSuccess: (): Outcome => "done",
                  onFailure: ({ _tag }) =>
                    _tag === "Forbidden" ? "forbidden" : _tag === "CampaignNotFound" ? "not found" : _tag
                })
                seen.push(`${permission} ${owner}: ${outcome}`)
                meant.push(`${permission} ${owner}: ${expected(role, permission, owner)}`)
              }
            assert.deepStrictEqual(seen, meant)
            assert.lengthOf(seen, 51)
          }),
        60_000
      )

    it.effect("what somebody else has is not in any list, and nothing of it is read", () =>
      Effect.gen(function* () {
        const { campaigns, explanations, generatedDomains, jobs } = yield* Desk
        const { id, principal } = yield* loggedIn("user")
        const grant = yield* principal.grant("campaigns:read")
        const [mine, theirs] = [yield* campaignOf(id), yield* campaignOf((yield* person()).id)]
        for (const { id: campaignId } of [mine, theirs]) {
          const names = yield* Scene.batch(campaignId, 0n, 3)
          yield* GeneratedDomains.use((raw) => raw.append(names))
        }

        const { items } = yield* campaigns.page(grant, {})
        assert.deepStrictEqual(
          items.map((campaign) => campaign.id),
          [mine.id]
        )
        assert.deepStrictEqual((yield* campaigns.page(grant, { owner: theirs.userId! })).items, [])
        assert.lengthOf(yield* Stream.runCollect(generatedDomains.stream(grant, mine.id, -1n)), 3)
        assert.lengthOf(yield* Stream.runCollect(generatedDomains.stream(grant, theirs.id, -1n)), 0)
        assert.deepStrictEqual(yield* campaigns.fedBy(grant, theirs.id), [])
        assert.strictEqual((yield* Effect.flip(campaigns.params(grant, theirs.id)))._tag, "CampaignNotFound")
        for (const after of [undefined, 0n]) {
          const watched = yield* Effect.flip(Stream.runDrain(campaigns.watch(grant, theirs.id, after)))
          assert.strictEqual(watched._tag, "CampaignNotFound")
        }
        assert.deepStrictEqual((yield* jobs.page(grant, { campaignId: theirs.id })).items, [])
        const [name] = (yield* Scene.batch(theirs.id, 0n, 1)).names
        const explained = yield* Effect.flip(explanations.of(grant, theirs.id, name!))
        assert.strictEqual(explained._tag, "CampaignNotFound")
        const [own] = (yield* Scene.batch(mine.id, 0n, 1)).names
        assert.isNotNull((yield* explanations.of(grant, mine.id, own!)).generation)
      })
    )

    it.effect("a new campaign belongs to whoever makes it, whomever they name; an administrator may name another", () =>
      Effect.gen(function* () {
        const { campaigns } = yield* Desk
        const other = yield* person()
        const made = Effect.fnUntraced(function* (role: SystemRole, named?: UserId) {
          const { id, principal } = yield* loggedIn(role)
          const grant = yield* principal.grant("campaigns:create")
          const { userId } = yield* campaigns.create(grant, { name: "names", params: Scene.pattern() }, named)
          return userId === id ? "theirs" : userId === other.id ? "the other's" : userId
        })

        assert.strictEqual(yield* made("user"), "theirs")
        assert.strictEqual(yield* made("user", other.id), "theirs")
        assert.strictEqual(yield* made("admin"), "theirs")
        assert.strictEqual(yield* made("admin", other.id), "the other's")
      })
    )

    it.effect("the audit log names whoever was granted it", () =>
      Effect.gen(function* () {
        const { personas } = yield* Desk
        const { id, principal } = yield* loggedIn("admin")
        const persona = yield* Scene.persona("dns")
        const grant = yield* principal.grant("personas:update")
        yield* personas.update(grant, persona.id, { isEnabled: false })
        assert.isFalse((yield* Personas.use((raw) => raw.get(persona.id))).isEnabled)

        const { items } = yield* (yield* AuditLog).page({ entityId: persona.id })
        assert.deepStrictEqual(
          items.map(({ action, userId }) => [action, userId]),
          [
            ["persona.updated", id],
            ["persona.created", null]
          ]
        )
      })
    )
  })
