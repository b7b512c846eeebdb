import { PgBoss } from "pg-boss"
import type { Defer } from "../../../../scripts/bench/Bench.ts"
import type { Queue } from "./Queue.ts"
import { session } from "./session.ts"

const name = "empty"

/** `fetch` and `complete` in a loop, which nothing holds up: its own workers wait between two looks. */
export const make = async (url: string, defer: Defer): Promise<Queue> => {
  const boss = new PgBoss({
    connectionString: url,
    max: 8,
    supervise: false,
    schedule: false,
    registerInstance: false
  })
  await boss.start()
  defer(() => boss.stop({ graceful: false }))
  await boss.createQueue(name, { partition: true })
  const { query } = session(url)
  return {
    fill: async (jobs) => {
      await boss.deleteAllJobs(name)
      for (let i = 0; i < jobs; i += 5_000) {
        await boss.insert(
          name,
          Array.from({ length: Math.min(5_000, jobs - i) }, () => ({ data: {} }))
        )
      }
      await query("vacuum analyze")
    },
    drain: async (workers, batch) => {
      const begun = performance.now()
      const work = async () => {
        while (true) {
          const jobs = await boss.fetch(name, { batchSize: batch })
          if (jobs.length === 0) return
          await boss.complete(
            name,
            jobs.map(({ id }) => id)
          )
        }
      }
      await Promise.all(Array.from({ length: workers }, work))
      return (performance.now() - begun) / 1_000
    },
    left: async () =>
      Number((await query("select count(*) as left from pgboss.job where state <> 'completed'"))[0]?.["left"])
  }
}
