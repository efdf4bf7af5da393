/** Dynamic axes of a file's graph: a run sizes them by the names that they have there, `workload.axes: { "height": 640 }`. */
import { closest } from '../names.js'
import { error, type Problem } from '../problem.js'
import type { Draft } from '../scenario/normalize.js'
import type { Sizes } from './graph.js'
import type { Model } from './models/model.js'
import { vanishing, type NamedAxis } from './models/network.js'

type Workload = Pick<Draft['workload'], 'batch' | 'image' | 'axes'>

/** Names that a workload has fields for: a batch is `batch`, height and width are `image`. */
function fieldOf({ axes, batch, image }: Workload, { name, axis }: NamedAxis): number | undefined {
  const given = axes != null && Object.hasOwn(axes, name) ? axes[name] : undefined
  return given ?? (axis === 'b' ? batch : axis === 'height' ? image?.[0] : axis === 'width' ? image?.[1] : undefined)
}

/** A workload whose own fields say what its axes say. */
export function withAxes<T extends Workload>(workload: T, { axes }: Model): T {
  const of = (axis: string): number | undefined => { const named = axes?.find(a => a.axis === axis); return named && fieldOf(workload, named) }
  const [batch, height, width] = [of('b'), of('height'), of('width')]
  return { ...workload, batch: batch ?? workload.batch, ...(height === undefined || width === undefined ? {} : { image: [height, width] }) }
}

/** The sizes of the axes that have no field of their own. */
export function axisSizes(workload: Workload, { axes = [] }: Model): Sizes {
  return Object.fromEntries(axes.filter(({ axis }) => !/^(b|height|width)$/.test(axis)).map(named => [named.axis, fieldOf(workload, named) ?? 1]))
}

/** Every axis has a size and every size an axis, and something is left of all that follows from them. */
export function checkAxes(workload: Workload, asked: { readonly batch?: number | undefined }, { axes, network }: Model): Problem[] {
  const given = Object.keys(workload.axes ?? {})
  if (axes === undefined) return given.length === 0 ? [] : [error('not-supported', 'workload.axes', 'workload.axes does not apply: they are the dynamic axes of an ONNX file.')]
  const names = axes.map(({ name }) => name)
  const problems: Problem[] = given.filter(name => !names.includes(name)).map(name => error('unknown-axis', `workload.axes.${name}`, `The model has no dynamic axis ${JSON.stringify(name)}${names.length === 0 ? '' : `; its axes are ${names.slice(0, 10).join(', ')}`}.`, closest(name, names, 3)))
  for (const named of axes) {
    const { name, what, axis, usual } = named
    if (fieldOf(workload, named) === undefined) problems.push(error('missing-axis', `workload.axes.${name}`, `${name}, ${what}, has no fixed size: give it in workload.axes.`, [String(usual)]))
    else if (axis === 'b' && asked.batch !== undefined && asked.batch !== fieldOf(workload, named)) problems.push(error('invalid-field', 'workload.batch', `workload.batch and the axis ${name} are the same, and differ.`, [String(fieldOf(workload, named))]))
  }
  if (!axes.some(({ axis }) => axis === 'b') && workload.batch !== 1) problems.push(error('not-supported', 'workload.batch', 'The batch of this file is fixed: one run is one batch of it.', ['1']))
  if (problems.length > 0 || !network) return problems
  const [height = 1, width = 1] = workload.image ?? []
  const lost = vanishing(network, { b: workload.batch, height, width, ...axisSizes(workload, { axes, network } as Model) })
  return lost === null ? [] : [error('invalid-field', 'workload.axes', `At these sizes nothing is left of ${lost}.`)]
}
