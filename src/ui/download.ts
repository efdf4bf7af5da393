/** Files that a page gives away. */
import type { Report } from '../core.js'

/** Model and GPU as the name of a file. */
export function fileName({ model, scenario: { gpu } }: Report, what: string, extension: string): string {
  const device = typeof gpu === 'string' ? gpu : 'id' in gpu ? String(gpu.id) : 'gpu'
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}.]+/gu, '-').replaceAll(/^-|-$/g, '')
  return [model?.id ?? 'model', device, what].map(plain).filter(part => part !== '').join('_') + `.${extension}`
}

/** Offers a file to keep. */
export function download(name: string, content: Blob | string, type = 'text/plain'): void {
  const url = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => { URL.revokeObjectURL(url) }, 10_000)
}
