import * as Start from "@domainflow/core/campaign/Start"
import { Jobs } from "@domainflow/core/job/Jobs"
import * as Stores from "@domainflow/core/Stores"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Metric } from "effect"
import { PrometheusMetrics } from "effect/observability"
import * as JobMetrics from "../src/job/JobMetrics.ts"
import * as Re2 from "../src/keyword/Re2.ts"
import { base, ended, pipeline, rows, worker } from "./job/working.ts"

/** As a collector reads them: every line that is no comment, by what stands before its number. */
const read = Effect.map(
  PrometheusMetrics.format(),
  (text) =>
    new Map(
      text
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))])
    )
)

/** Counters that nobody else moves. */
const alone = Effect.provideService(Metric.MetricRegistry, new Map())

it.live(
  "count what was kept, by status, and what the worker did with its jobs",
  () =>
    Effect.gen(function* () {
      const ids = yield* pipeline("acme", 600)
      yield* worker("a")
      assert.strictEqual((yield* read).get('domainflow_jobs_total{event="claimed"}'), 0)
      yield* Start.start(ids[0])
      yield* Effect.forEach(ids, ended)

      const { answers, pages } = yield* rows(ids)
      const counted = yield* read
      assert.strictEqual(counted.get("domainflow_generated_names_total"), 600)
      for (const [name, kept] of [
        ["dns", answers.map(({ validationStatus }) => validationStatus)],
        ["http", pages.map(({ validationStatus }) => validationStatus)]
      ] as const)
        for (const [status, some] of Map.groupBy<string, string>(kept, (status) => status))
          assert.strictEqual(counted.get(`domainflow_${name}_answers_total{status="${status}"}`), some.length, status)
      const jobs = (event: string) => counted.get(`domainflow_jobs_total{event="${event}"}`)!
      assert.isAtLeast(jobs("completed"), 3)
      assert.strictEqual(jobs("claimed"), jobs("completed") + jobs("released"))
      assert.deepStrictEqual([jobs("retried"), jobs("failed"), jobs("lost"), jobs("rescued")], [0, 0, 0, 0])
    }).pipe(Effect.scoped, Effect.provide(base(160)), alone),
  60_000
)

it.effect("tell a job that is lost from one that failed or is tried again", () =>
  Effect.gen(function* () {
    // What each call of the store answers is the store's; it is written down here.
    const answers = ["retry", "failed", null] as const
    let calls = 0
    const claim = { id: "job", lockedBy: "a/1" } as unknown as Parameters<Jobs["Service"]["fail"]>[0]
    const jobs = yield* JobMetrics.counted({
      ...(yield* Jobs),
      fail: () => Effect.succeed(answers[calls++]!),
      release: () => Effect.succeed(new Set([claim.id])),
      rescue: Effect.succeed({ retried: 2, failed: 1 })
    })
    yield* Effect.forEach(answers, () => jobs.fail(claim, "broken"))
    yield* jobs.release([claim, claim, claim])
    yield* jobs.rescue
    yield* JobMetrics.lost
    const counted = yield* read
    assert.deepStrictEqual(
      ["retried", "failed", "lost", "released", "rescued"].map((event) =>
        counted.get(`domainflow_jobs_total{event="${event}"}`)
      ),
      [1, 1, 1 + 2 + 1, 1, 3]
    )
  }).pipe(Effect.provide(Layer.provide(Stores.layerMemory, Re2.layer)), alone)
)
