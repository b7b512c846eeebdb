/**
 * The streaming engine. With Effect: `Generate`, `DnsStage`, `HttpStage`, `Pipeline`; with plain promises:
 * `@domainflow/engine/promise`; with stores: `CampaignRunner` in
 * one process, `Worker` in many.
 */
export { CampaignRunner, type RunError } from "./campaign/CampaignRunner.ts"
export { RunnerSettings } from "./campaign/RunnerSettings.ts"
export * as DnsStage from "./dns/DnsStage.ts"
export * as Generate from "./generation/Generate.ts"
export * as Guard from "./http/Guard.ts"
export * as HttpStage from "./http/HttpStage.ts"
export * as Lookup from "./http/Lookup.ts"
export { Worker, type WorkerOptions } from "./job/Worker.ts"
export * as Re2 from "./keyword/Re2.ts"
export * as Scanner from "./keyword/Scanner.ts"
export * as Pipeline from "./Pipeline.ts"
export * as ProxyProbe from "./proxy/ProxyProbe.ts"
export * as ProxySelector from "./proxy/ProxySelector.ts"
