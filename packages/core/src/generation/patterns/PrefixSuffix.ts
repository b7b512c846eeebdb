/** The schema's own word for `both`: the same names at the same offsets, hence the same `config_hash`. */
export { fields, parts } from "./Both.ts"
