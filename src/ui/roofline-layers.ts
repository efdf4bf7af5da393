import { msg, str } from '@lit/localize'
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { property, state } from 'lit/decorators.js'
import { classMap } from 'lit/directives/class-map.js'
import { compact } from '../format.js'
import { layers, type Group, type Layer, type Layers, type Report } from '../core.js'
import { shapeText, windowText } from '../scenario/layer-words.js'
import { layersCsv } from '../scenario/layers-csv.js'
import { download, fileName } from './download.js'
import { ReportElement } from './element.js'
import { send } from './events.js'
import { Opener } from './explain/opener.js'
import { openerStyles } from './explain/opener-styles.js'
import { kernelStyles } from './kernel-styles.js'
import { activations } from './layers/activations.js'
import { detail } from './layers/detail.js'
import { inOrder, rowsOf, turned, type By, type Column, type Order, type Rows } from './layers/rows.js'
import { layerStyles } from './layers/styles.js'
import { groupName } from './layers/words.js'
import { number, share, shareText, withUnit } from './number.js'
import { base, tokens } from './tokens.js'
import { bound } from './words.js'

/** Rows before the button for the rest, where layers are not gathered. */
const most = 32
const columns = 12
/** The numbers of a row that are explained. */
const fields = ['bytes', 'intensity', 'seconds/estimate'] as const

/**
 * The layers of a network with shapes, parameters, multiply-adds, traffic and time: by stage, by type, or one by one. Nothing
 * for models that are no networks given op by op.
 * @customElement roofline-layers
 * @fires {CustomEvent<{ key: string }>} kernel-select - another row is pointed at; `detail.key` names its kernel: `forward/Bottleneck1/conv2`
 * @csspart table - the table
 */
export class RooflineLayers extends ReportElement {
  static override styles = [tokens, base, openerStyles, kernelStyles, layerStyles]

  /** The key of the row that is marked. */
  @property() selected: string | null = null
  /** Level of the heading in the outline of the page. */
  @property({ type: Number, attribute: 'heading-level' }) headingLevel = 3
  /** What rows are gathered by: `stage`, `type` or `layer`. */
  @property() by: By = 'stage'
  @state() private found: Layers | null = null
  @state() private order: Order = inOrder
  @state() private open: ReadonlySet<string> = new Set()
  @state() private all = false
  @state() private described: string | null = null
  private readonly opener = new Opener(this)
  private answered: Report | null = null

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('report') && this.report !== null) void this.seek(this.report)
  }

  protected override render(): unknown {
    const { found, answered } = this
    if (found === null || answered === null || found.layers.length === 0) return nothing
    const rows = rowsOf(found, this.by, this.order)
    const gathered: readonly (readonly [By, string])[] = [['stage', msg('By stage')], ['type', msg('By type')], ['layer', msg('All')]]
    return html`<div class="head">
        <div class="title" role="heading" aria-level=${this.headingLevel}>${msg('Layers')}</div>
        <div class="small">${msg('MACs per sample and parameters as the model states them; traffic and time of the whole batch.')}</div>
        <div class="exports"><button type="button" @click=${this.saveTable}>CSV<span class="hidden">, ${msg('layers as a file')}</span></button>
          <button type="button" @click=${this.saveReport}>JSON<span class="hidden">, ${msg('report as a file')}</span></button></div>
        <div class="segments" role="group" aria-label=${msg('Gathered')}>${gathered.map(([by, name]) => html`
          <button type="button" aria-pressed=${by === this.by ? 'true' : 'false'} @click=${() => { this.by = by }}>${name}</button>`)}</div>
      </div>
      ${this.table(found, answered, rows)}
      ${activations(found.layers, this.headingLevel + 1, this.selected, layer => { this.select(layer) })}`
  }

  private table({ layers: every }: Layers, { phases: [phase] }: Report, rows: readonly Rows[]): TemplateResult | typeof nothing {
    if (phase === undefined) return nothing
    const title = (by: Column, text: string, names: string): TemplateResult => html`<th scope="col" class=${names} aria-sort=${this.order.by !== by || by === 'order' ? 'none' : this.order.down ? 'descending' : 'ascending'}><button type="button" @click=${() => { this.order = turned(this.order, by) }}>${text}</button></th>`
    const longest = Math.max(...rows.flatMap(({ group, layers }) => group === null ? layers.map(({ seconds }) => seconds.estimate) : [group.seconds.estimate]))
    const sum = (of: (layer: Layer) => number): number => every.reduce((total, layer) => total + of(layer), 0)
    const listed = (of: Rows): readonly Layer[] => this.by === 'layer' && !this.all ? of.layers.slice(0, most) : of.layers
    return html`<div class="scroll"><table part="table">
      <caption class="hidden">${msg('Layers')}</caption>
      <thead><tr>
        ${title('order', msg('Layer'), '')}<th scope="col" class="wide">${msg('Shape')}</th>${title('macs', msg('MACs'), 'n wide')}<td class="of wide"></td>${title('parameters', msg('Parameters'), 'n wide')}<td class="of wide"></td>
        ${title('bytes', msg('HBM traffic'), 'n wide')}${title('intensity', msg('Intensity'), 'n wide roomy')}${title('time', msg('Time'), 'n')}
        <td class="graph"></td><th scope="col" class="n">${msg('Share')}</th><th scope="col" class="wide">${msg('Bound by')}</th>
      </tr></thead>
      ${rows.map(of => html`<tbody>${of.group === null || ('resolution' in of.group && of.layers.length === 1) ? listed(of).map(layer => this.row(layer, longest, false))
        : html`${this.heading(of, of.group, longest)}${this.open.has(of.key) ? of.layers.map(layer => this.row(layer, longest, true)) : nothing}`}</tbody>`)}
      <tfoot><tr><th scope="row">${msg('All layers')}</th><td class="wide"></td><td class="n wide">${withUnit(compact(sum(l => l.macs)), '')}</td><td class="of wide"></td><td class="n wide">${withUnit(compact(sum(l => l.parameters)), '')}</td><td class="of wide"></td>
        <td class="n wide">${number(phase.perGpu.bytes, 'B')}</td><td class="n wide roomy">${number(phase.intensity, '')}</td><td class="n">${number(phase.seconds.estimate, 's')}</td>
        <td class="graph" colspan="2">${number(phase.seconds.bound, 's')} ${msg('at best')}</td><td class="wide"></td></tr></tfoot>
    </table></div>${this.by === 'layer' && !this.all && every.length > most ? html`<div class="after"><button type="button" class="button" @click=${() => { this.all = true }}>${msg(str`All ${every.length} layers`)}</button></div>` : nothing}`
  }

  private heading({ key, layers: [first, ...rest] }: Rows, group: NonNullable<Rows['group']>, longest: number): TemplateResult {
    const open = this.open.has(key), last = rest.at(-1)
    return html`<tr class="group"><th scope="rowgroup"><button type="button" class="name" aria-expanded=${open ? 'true' : 'false'} @click=${() => { this.toggle(key) }}>${groupName(group)} <span class="count">${group.layers.length}<span class="hidden"> ${group.layers.length === 1 ? msg('layer') : msg('layers')}</span></span></button><span class="narrow">${msg(str`${shareText(group.share.macs)} of MACs, ${shareText(group.share.parameters)} of parameters`)}</span></th>
      <td class="wide names">${'resolution' in group && first && last ? ends(first.id, last.id) : ''}</td>${this.numbers(group, null, longest)}</tr>`
  }

  private row(layer: Layer, longest: number, isInside: boolean): TemplateResult {
    const key = `forward/${layer.id}`, open = this.described === layer.id
    return html`<tr class=${classMap({ on: key === this.selected, in: isInside })} @pointerenter=${() => { this.select(layer) }}>
      <th scope="row"><button type="button" class="name" aria-expanded=${open ? 'true' : 'false'} @click=${() => { this.described = open ? null : layer.id }}>${layer.id}</button></th>
      <td class="wide shape">${windowText(layer)} <span class="number">${shapeText(layer.input)} → ${shapeText(layer.output)}</span></td>${this.numbers(layer, key, longest)}</tr>
      ${open ? html`<tr class="below"><td colspan=${columns}>${detail(layer)}</td></tr>` : nothing}
      ${this.opener.path !== null && fields.some(field => this.opener.path === `${key}/${field}`) ? html`<tr class="below"><td colspan=${columns}>${this.opener.panel(this.report?.scenario ?? null, [this.opener.path])}</td></tr>` : nothing}`
  }

  /** The cells of a layer, whose numbers open their formulas, or of a group, which has shares of the whole. */
  private numbers(of: Group | Layer, key: string | null, longest: number): TemplateResult {
    const opens = (field: (typeof fields)[number], content: TemplateResult): TemplateResult => this.opener.figure(key === null ? null : `${key}/${field}`, content)
    const count = (value: number): TemplateResult => value === 0 ? number(null, '') : withUnit(compact(value), '')
    const part = (value: number): unknown => value === 0 ? nothing : share(value)
    const width = (seconds: number): string => `width: ${(seconds / longest * 100).toFixed(2)}%`
    return html`<td class="n wide">${count(of.macs)}</td><td class="n of wide muted">${part(of.share.macs)}</td><td class="n wide">${count(of.parameters)}</td><td class="n of wide muted">${part(of.share.parameters)}</td>
      <td class="n wide">${opens('bytes', number(of.bytes, 'B'))}</td><td class="n wide roomy">${of.flops > 0 ? opens('intensity', number(of.intensity, '')) : number(null, '')}</td><td class="n">${opens('seconds/estimate', number(of.seconds.estimate, 's'))}</td>
      <td class="graph"><span class="time ${of.limit}" aria-hidden="true"><i .style=${width(of.seconds.estimate)}></i><i class="least" .style=${width(Math.min(of.seconds.bound, of.seconds.estimate))}></i></span></td>
      <td class="n">${share(of.share.time)}</td><td class="wide">${bound(of.limit)}</td>`
  }

  /** What was there stays until the answer. */
  private async seek(report: Report): Promise<void> {
    const found = report.phases[0]?.phase === 'forward' ? await layers(report.scenario) : null
    if (report !== this.report) return
    if (this.found === null || this.answered?.scenario.model !== report.scenario.model) Object.assign(this, { open: new Set(), all: false, described: null })
    this.found = found
    this.answered = report
  }

  private toggle(key: string): void {
    const open = new Set(this.open)
    if (!open.delete(key)) open.add(key)
    this.open = open
  }

  private readonly saveTable = (): void => {
    if (this.answered !== null && this.found !== null) download(fileName(this.answered, 'layers', 'csv'), layersCsv(this.found), 'text/csv')
  }

  private readonly saveReport = (): void => {
    if (this.report !== null) download(fileName(this.report, 'report', 'json'), `${JSON.stringify(this.report, null, 2)}\n`, 'application/json')
  }

  private select({ id }: Layer): void {
    const key = `forward/${id}`
    if (key === this.selected) return
    this.selected = key
    send(this, 'kernel-select', { key })
  }
}

/** From where to where a stage reaches: its first and last block, or layer. */
function ends(first: string, last: string): string {
  const [from, to] = [first, last].map(id => id.split('/')[0])
  return from === to ? from ?? '' : `${from ?? ''} … ${to ?? ''}`
}
