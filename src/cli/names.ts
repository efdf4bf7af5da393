/** What models and GPUs are called in sentences. */
import { findGpu, gpus, models, type NormalScenario, type Report } from '../index.js'

/** A model's name: from the catalogue, from the file it came from, or its id. */
export function modelName(report: Report, label: string | null): string {
  const id = report.model?.id ?? ''
  return models.find(model => model.id === id)?.name ?? (id === 'custom' ? label ?? 'The model' : id)
}

const brief = (name: string) => name.replace(/ \d+ GB$/, '')

/** A GPU's name, without its memory where only one product has the rest of the name. */
export function gpuName(gpu: string | object): string {
  if (typeof gpu !== 'string') {
    const { name, id } = gpu as { name?: unknown; id?: unknown }
    return [name, id].find(text => typeof text === 'string') ?? 'GPU'
  }
  const found = findGpu(gpu)
  if (!('memory' in found)) return gpu
  return gpus.filter(other => brief(other.name) === brief(found.name)).length === 1 ? brief(found.name) : found.name
}

/** `4 × H100 SXM5`. */
export function machineName({ gpu, gpus: count }: Pick<NormalScenario, 'gpu' | 'gpus'>): string {
  return `${String(count)} × ${gpuName(gpu)}`
}
