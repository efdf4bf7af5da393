/** docs/precision.md says what the library offers. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { dtypes, formats } from '../../src/index.js'
import { bytesPerElement } from '../../src/hardware/precision.js'

const page = readFileSync(new URL('../../docs/precision.md', import.meta.url), 'utf8')
const rows = [...page.matchAll(/^\| `(\S+)` \| ([\d.]*) ?\| ([\w, ]+) \|/gm)].map(([, id = '', bits = '', parts = '']) => [id, bits, parts] as const)

test('the table names every format once, with its bits and where it is offered', () => {
  const offered = (['weights', 'activations', 'cache'] as const).map(part => [part, formats[part].map(({ id }) => id)] as const)
  expect(rows.map(([id]) => id).sort()).toEqual([...new Set(offered.flatMap(([, ids]) => ids))].sort())
  for (const [id, bits, parts] of rows) {
    const dtype = dtypes.find(one => one.id === id)
    expect([id, parts]).toEqual([id, offered.filter(([, ids]) => ids.includes(id)).map(([part]) => part).join(', ')])
    if (dtype) expect([id, Number(bits)]).toEqual([id, Number((8 * bytesPerElement(dtype)).toFixed(6))])
  }
})
