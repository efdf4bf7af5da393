import json from '../../data/prices.json?values'
import type { Device } from './device.js'

const prices = new Map((json as { prices: readonly { id: string; price: number }[] }).prices.map(({ id, price }) => [id, price]))

/** USD per GPU-hour on demand; null where no price was found. `data/prices.json` states the rule and the providers. */
export function priceOf(device: Device): number | null {
  return prices.get(device.id) ?? null
}
