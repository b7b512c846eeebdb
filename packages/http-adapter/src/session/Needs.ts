import type { Permission } from "@domainflow/core/auth/Permission"
import { Context } from "effect"

/**
 * What an endpoint asks of its caller: nothing, a session, or a right. `operator` is whoever watches the installation: the
 * right `system:admin`, or the token of `Settings.metricsToken`.
 */
export type Need = "nothing" | "session" | "operator" | Permission

/** Every endpoint carries one. Without it a session is refused to it, and a test fails. */
export class Needs extends Context.Service<Needs, Need>()("@domainflow/http-adapter/Needs") {}
