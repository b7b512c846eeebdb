import { Context } from "effect"
import type { HttpStageOptions } from "../http/HttpStage.ts"

/** What a host decides for all campaigns it runs, beyond what personas say. */
export const RunnerSettings = Context.Reference<RunnerSettings>("@domainflow/engine/RunnerSettings", {
  defaultValue: () => ({ httpConcurrency: 128, http: {}, resolvers: [] })
})

export interface RunnerSettings {
  /** Names fetched at the same time by one campaign; each may hold a connection and a page in memory. */
  readonly httpConcurrency: number
  /** Which addresses may be dialled, which certificates are trusted: see `HttpStage.make`. */
  readonly http: Pick<HttpStageOptions, "guard" | "ca" | "limits">
  /**
   * Who is asked for the addresses of hosts while fetching, where no DNS campaign feeds the HTTP campaign. Empty: the
   * operating system's resolvers.
   */
  readonly resolvers: ReadonlyArray<string>
}
