import { msg } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import { property, state } from 'lit/decorators.js'
import { classMap } from 'lit/directives/class-map.js'
import type { KernelReport, Phase } from '../core.js'
import { download, fileName } from './download.js'
import { ReportElement } from './element.js'
import { send } from './events.js'
import { Opener } from './explain/opener.js'
import { openerStyles } from './explain/opener-styles.js'
import { kernelStyles } from './kernel-styles.js'
import { withMore } from './more.js'
import { number, share } from './number.js'
import { base, tokens } from './tokens.js'
import { bound, kernelName, phaseName } from './words.js'

/** The numbers of a row that are explained. */
const fields = ['times', 'flops', 'bytes', 'sent', 'intensity', 'seconds/estimate'] as const
/** Those of the last row. */
const totals = ['perGpu/flops', 'perGpu/bytes', 'intensity', 'seconds/estimate', 'seconds/bound'] as const
type Field = (typeof fields)[number]

/**
 * The kernels of one phase with work, traffic and time, the longest first or in the order they run.
 * @customElement roofline-kernels
 * @fires {CustomEvent<{ key: string }>} kernel-select - another row is pointed at; `detail.key` names its kernel: `decode/decoder/attn/qkv`
 * @csspart table - the table
 */
export class RooflineKernels extends ReportElement {
  static override styles = [tokens, base, openerStyles, kernelStyles]

  /** The phase listed; decode where there is one. */
  @property() phase: Phase['phase'] | null = null
  /** The key of the row that is marked. */
  @property() selected: string | null = null
  /** Level of the heading in the outline of the page. */
  @property({ type: Number, attribute: 'heading-level' }) headingLevel = 3
  @state() private byTime = true
  private readonly opener = new Opener(this)

  protected override render(): unknown {
    const phases = this.report?.phases ?? []
    const shown = phases.find(({ phase }) => phase === this.phase) ?? phases.at(-1)
    if (shown === undefined) return nothing
    return html`<div class="head">
        <div class="title" role="heading" aria-level=${this.headingLevel}>${msg('Kernels')}</div>
        <div class="small">${this.byTime ? msg('One pass, the longest first') : msg('One pass, in the order they run')}</div>
        <div class="exports"><button type="button" @click=${this.saveTable}>CSV<span class="hidden">, ${msg('kernels as a file')}</span></button>
          <button type="button" @click=${this.saveReport}>JSON<span class="hidden">, ${msg('report as a file')}</span></button></div>
        <div class="segments" role="group" aria-label=${msg('Phase')}>${phases.map(({ phase }) => html`
          <button type="button" aria-pressed=${phase === shown.phase ? 'true' : 'false'} @click=${() => { this.show(phase) }}>${phaseName(phase)}</button>`)}</div>
      </div>
      ${this.table(shown)}`
  }

  private table(shown: Phase): TemplateResult {
    const time = (kernel: KernelReport): number => kernel.times * kernel.seconds.estimate
    const rows = this.byTime ? shown.kernels.toSorted((a, b) => time(b) - time(a)) : shown.kernels
    const whole = (field: (typeof totals)[number], content: unknown): TemplateResult => this.opener.figure(`${shown.phase}/${field}`, content)
    const longest = Math.max(...shown.kernels.map(time))
    return html`<div class="scroll"><table part="table">
      <caption class="hidden">${msg('Kernels')}, ${phaseName(shown.phase)}</caption>
      <thead><tr>
        <th scope="col">${msg('Kernel')}</th><th scope="col" class="n"><span aria-label=${msg('Runs')}>×</span></th><th scope="col" class="n wide">${msg('Work')}</th>
        <th scope="col" class="n wide">${msg('HBM traffic')}</th><th scope="col" class="n wide roomy">${msg('Intensity')}</th>
        <th scope="col" class="n" aria-sort=${this.byTime ? 'descending' : 'none'}><button type="button" @click=${this.sort}>${msg('Time')}</button></th>
        <td class="graph"></td><th scope="col" class="n">${msg('Share')}</th><th scope="col" class="wide">${msg('Bound by')}</th>
      </tr></thead>
      <tbody>${rows.map(kernel => this.row(shown, kernel, longest))}</tbody>
      <tfoot><tr><th scope="row">${msg('All kernels')}</th><td></td><td class="n wide">${whole('perGpu/flops', number(shown.perGpu.flops, 'FLOP'))}</td>
        <td class="n wide">${whole('perGpu/bytes', number(shown.perGpu.bytes, 'B'))}</td><td class="n wide roomy">${whole('intensity', number(shown.intensity, ''))}</td><td class="n">${whole('seconds/estimate', number(shown.seconds.estimate, 's'))}</td>
        <td class="graph" colspan="2">${whole('seconds/bound', number(shown.seconds.bound, 's'))} ${msg('at best')}</td><td class="wide"></td></tr>${this.below(shown.phase)}</tfoot>
    </table></div>`
  }

  private row(shown: Phase, kernel: KernelReport, longest: number): TemplateResult {
    const key = `${shown.phase}/${kernel.id}`
    const width = (seconds: number): string => `${(kernel.times * seconds / longest * 100).toFixed(2)}%`
    const { bound: least, estimate } = kernel.seconds
    const time = kernel.times * estimate
    const intensity = kernel.flops > 0 ? kernel.intensity : null
    const opens = (field: Field | null, content: unknown): TemplateResult => this.opener.figure(field === null ? null : `${key}/${field}`, content)
    return html`<tr class=${classMap({ on: key === this.selected })} @pointerenter=${() => { this.select(key) }}>
      <th scope="row">${kernelName(kernel.id)}</th><td class="n muted">${opens('times', kernel.times)}</td>
      <td class="n wide">${opens(kernel.flops > 0 ? 'flops' : null, number(kernel.flops > 0 ? kernel.flops : null, 'FLOP'))}</td>
      <td class="n wide">${kernel.sent > 0 ? opens('sent', html`${number(kernel.sent, 'B')} <span class="muted">${msg('sent')}</span>`) : opens('bytes', number(kernel.bytes, 'B'))}</td>
      <td class="n wide roomy">${opens(intensity === null ? null : 'intensity', number(intensity, ''))}</td><td class="n">${opens('seconds/estimate', number(time, 's'))}</td>
      <td class="graph"><span class="time ${kernel.limit}" aria-hidden="true"><i .style=${`width: ${width(estimate)}`}></i><i class="least" .style=${`width: ${width(Math.min(least, estimate))}`}></i></span></td>
      <td class="n">${share(time / shown.seconds.estimate)}</td><td class="wide">${bound(kernel.limit)}</td></tr>${this.below(key)}`
  }

  /** The explanation of a number of the row above, over all columns. */
  private below(key: string): TemplateResult | typeof nothing {
    const { path } = this.opener
    if (path === null || ![...fields, ...totals].some(field => path === `${key}/${field}`)) return nothing
    return html`<tr class="below"><td colspan="9">${this.opener.panel(this.report?.scenario ?? null, [path])}</td></tr>`
  }

  private show(phase: Phase['phase']): void {
    this.phase = phase
  }

  private readonly sort = (): void => {
    this.byTime = !this.byTime
  }

  private readonly saveTable = (): void => {
    const { report } = this
    if (report !== null) withMore(({ csv }) => { download(fileName(report, 'kernels', 'csv'), csv(report), 'text/csv') })
  }

  private readonly saveReport = (): void => {
    if (this.report !== null) download(fileName(this.report, 'report', 'json'), `${JSON.stringify(this.report, null, 2)}\n`, 'application/json')
  }

  private select(key: string): void {
    if (key === this.selected) return
    this.selected = key
    send(this, 'kernel-select', { key })
  }
}
