import * as Readiness from "@domainflow/core/campaign/Readiness"
import * as DomainName from "@domainflow/core/DomainName"
import type { DnsParams } from "@domainflow/core/dns/DnsParams"
import type { DnsAnswer, DnsQuestion } from "@domainflow/core/dns/DnsResults"
import type { DnsVerdict } from "@domainflow/core/dns/DnsVerdict"
import * as Rotation from "@domainflow/core/persona/Rotation"
import { Clock, Effect } from "effect"
import * as DnsStage from "../dns/DnsStage.ts"
import { monotonicMillisUnsafe } from "../Elapsed.ts"
import { eachOnce } from "./Askers.ts"
import * as Poison from "./Poison.ts"

/** What asks about the names of a DNS campaign, as which persona's turn it is. */
export interface DnsAsker {
  /** Tells every answer as soon as it is there, in any order, and returns when all are told. */
  readonly ask: (questions: ReadonlyArray<DnsQuestion>, tell: (answer: DnsAnswer) => void) => Effect.Effect<void>
  /** Names that its widest persona has on their way at the same time. */
  readonly window: number
}

export const make = Effect.fnUntraced(function* (params: DnsParams) {
  const { personas } = yield* Readiness.dns(params)
  const clock = yield* Clock.Clock
  const began = monotonicMillisUnsafe(clock)
  const askers = yield* eachOnce(personas, ({ id, config }) =>
    Effect.map(DnsStage.make(config, { retryAttempts: params.retryAttempts }), (stage) => ({
      id,
      ask: Poison.each(stage.tell, error)
    }))
  )
  let turns = 0

  const ask: DnsAsker["ask"] = (questions, tell) =>
    Effect.suspend(() => {
      const elapsedMillis = monotonicMillisUnsafe(clock) - began
      // Each persona is asked once for all of its names: the stage works best on arrays.
      const shares = new Map<(typeof askers)[number], Share>()
      for (const question of questions) {
        const asker = Rotation.at(askers, params.rotationIntervalSeconds, { turns: turns++, elapsedMillis })
        const name = DomainName.read(question.domainName)
        if (name === undefined) {
          tell({ question, verdict: skipped, personaId: null, checkedAt: clock.currentTimeMillisUnsafe() })
          continue
        }
        const share = shares.get(asker) ?? { questions: [], names: [] }
        shares.set(asker, share)
        share.questions.push(question)
        share.names.push(name)
      }
      return Effect.forEach(
        shares,
        ([{ ask, id: personaId }, { names, questions }]) =>
          ask(names, (place, verdict) =>
            tell({ question: questions[place]!, verdict, personaId, checkedAt: clock.currentTimeMillisUnsafe() })
          ),
        { concurrency: "unbounded", discard: true }
      )
    })

  const self: DnsAsker = { ask, window: Math.max(...personas.map(({ config }) => config.maxConcurrentGoroutines)) }
  return self
})

/** An answer without what the store may have refused in it. */
export const blank = (answer: DnsAnswer): DnsAnswer => ({ ...answer, verdict: error() })

interface Share {
  readonly questions: Array<DnsQuestion>
  readonly names: Array<DomainName.DomainName>
}

/** The verdict on what is no name: a row of an older installation may hold such, and no resolver hears of it. */
const skipped: DnsVerdict = { status: "Skipped", records: null, attempts: 0 }

/** The verdict on a name that broke what asked about it. */
const error = (): DnsVerdict => ({ status: "Error", records: null, attempts: 1 })
