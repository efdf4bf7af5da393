/** What types of layer and kinds of parts are called. */
import { msg } from '@lit/localize'
import type { Layers, LayerType, Part } from '../../core.js'
import { resolutionText } from '../../scenario/layer-words.js'

/** The name of a type. */
export function typeName(type: LayerType): string {
  switch (type) {
    case '1x1': return msg('1 × 1 convolution')
    case 'depthwise': return msg('Depthwise convolution')
    case 'conv': return msg('Convolution')
    case 'fc': return msg('Fully connected')
    case 'product': return msg('Matrix product')
    case 'other': return msg('Other')
  }
}

/** What a group is called: a type by its name, a stage by its resolution. */
export function groupName(group: Layers['stages'][number] | Layers['types'][number]): string {
  if ('type' in group) return typeName(group.type)
  return group.resolution.length === 0 ? msg('pooled') : resolutionText(group.resolution)
}

/** How a node takes part in its kernel. */
export function partName({ is }: Part): string {
  return is === 'folded' ? msg('folded into the weights') : is === 'fused' ? msg('in the same kernel') : msg('the kernel itself')
}
