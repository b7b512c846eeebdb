import { EventEmitter, once } from "node:events"
import { Logger, makeWorkerUtils, run, type WorkerEvents } from "graphile-worker"
import type { Queue } from "./Queue.ts"
import { session } from "./session.ts"

const logger = new Logger(() => () => {})

/** Its own runner: prepared statements, and for batches its local queue and completions that are gathered. */
export const make = async (url: string): Promise<Queue> => {
  const utils = await makeWorkerUtils({ connectionString: url, logger })
  await utils.migrate()
  await utils.release()
  const { query } = session(url)
  return {
    fill: async (jobs) => {
      await query("delete from graphile_worker._private_jobs")
      await query(`
        select count(*) from graphile_worker.add_jobs(
          array(
            select row('empty', '{}', null, now(), null, null, null, null)::graphile_worker.job_spec
            from generate_series(1, ${jobs})
          )
        )
      `)
      await query("vacuum analyze graphile_worker._private_jobs")
    },
    drain: async (workers, batch, jobs) => {
      // The emitter that it is given hears everything that it types.
      const events = new EventEmitter() as WorkerEvents
      const begun = once(events, "worker:getJob:start").then(() => performance.now())
      const all = Promise.withResolvers<void>()
      let done = 0
      const runner = await run({
        preset: {
          worker: {
            connectionString: url,
            concurrentJobs: workers,
            maxPoolSize: workers + 4,
            logger,
            ...(batch > 1 ? { localQueue: { size: batch }, completeJobBatchDelay: 0 } : {})
          }
        },
        noHandleSignals: true,
        crontab: "",
        events,
        taskList: {
          empty: () => {
            if (++done === jobs) all.resolve()
          }
        }
      })
      await all.promise
      // Returns when every completion is written.
      await runner.stop()
      return (performance.now() - (await begun)) / 1_000
    },
    left: async () => Number((await query("select count(*) as left from graphile_worker._private_jobs"))[0]?.["left"])
  }
}
