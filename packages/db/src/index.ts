/**
 * DomainFlow on PostgreSQL. `Db.layer` answers every port of the main job, `Accounts.layer` those of accounts; each
 * layer is reachable by its own path too, such as `@domainflow/db/campaign/Campaigns`.
 */
export * as Accounts from "./auth/Accounts.ts"
export * as Bcrypt from "./auth/Bcrypt.ts"
export * as DevelopmentPasswords from "./auth/DevelopmentPasswords.ts"
export { DevelopmentUsersRefused, seedDevelopmentUsers } from "./auth/DevelopmentUsers.ts"
export * as Db from "./Db.ts"
export * as Doctor from "./doctor/Doctor.ts"
export * as Migrations from "./Migrations.ts"
export * as Pg from "./Pg.ts"
