/** Writes the JSON Schemas of Scenario and Report from the schemas that the types and the validation are from. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { toJsonSchema } from '@valibot/to-json-schema'
import { report } from '../dist/scenario/report.js'
import { scenario } from '../dist/scenario/schema.js'

const out = new URL('../dist/schema/', import.meta.url)
mkdirSync(out, { recursive: true })
for (const [name, schema] of Object.entries({ scenario, report })) {
  // JSON has no NaN or infinity, so a check for finite numbers says nothing there.
  const json = toJsonSchema(schema, {
    ignoreActions: ['finite'],
    // Models and devices stand there by name or as documents of their own.
    overrideSchema: ({ valibotSchema }) => valibotSchema.type === 'unknown' ? { type: name === 'scenario' ? ['string', 'object'] : ['object', 'null'] } : undefined,
  })
  writeFileSync(new URL(`${name}.json`, out), `${JSON.stringify({ title: name, ...json }, null, 2)}\n`)
}
