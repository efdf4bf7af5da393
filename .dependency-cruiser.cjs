/**
 * Which way imports run in src/. A layer imports itself and those above it in this table; leaves are imported by everything.
 * Type-only imports count.
 */
const layers = [
  { name: 'hardware', path: '^src/hardware/' },
  { name: 'vocabulary', path: '^src/analyzers/models/architecture\\.ts$' },
  { name: 'graph', path: '^src/analyzers/(graph|product|axes)\\.ts$' },
  { name: 'ops', path: '^src/analyzers/ops/' },
  { name: 'readers', path: '^src/analyzers/(models/(?!architecture\\.ts$)|import/|parallel/)' },
  { name: 'passes', path: '^src/analyzers/(?!graph\\.|product\\.|axes\\.|on-demand\\.|analyze\\.)[^/]+\\.ts$' },
  { name: 'parts', path: '^src/analyzers/(parts/|on-demand\\.ts$)' },
  { name: 'analyze', path: '^src/analyzers/analyze\\.ts$' },
  { name: 'serving', path: '^src/serving/(?!index\\.ts$)' },
  { name: 'index', path: '^src/(core|explain|complete|index|data|serving|serving/index)\\.ts$' },
  { name: 'outside', path: '^src/(cli|ui|embed)/|^src/(worker|app|embed)\\.ts$' },
]
const data = '^data/'
const leaves = '^src/(problem|names|format|number|arithmetic|flags)\\.ts$|^src/scenario/|^src/[^/]+\\.d\\.ts$'
const outside = '^src/(cli|ui|embed)/|^src/(worker|app|embed)\\.ts$'

const upward = layers.slice(0, -1).map(({ name, path }, i) => ({
  name: `${name}-imports-upward`,
  comment: `${name} may not know the module it imports`,
  severity: 'error',
  from: { path },
  to: { path: layers.slice(i + 1).map(layer => layer.path).join('|') },
}))

module.exports = {
  forbidden: [
    ...upward,
    { name: 'no-cycle', comment: 'modules import each other in a circle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'unresolved', comment: 'the imported module does not exist or is not a dependency', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '\\.json\\?' } },
    { name: 'undeclared', comment: 'an imported package is not among the dependencies', severity: 'error', from: { path: '^src/' }, to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'undetermined'], pathNot: '\\.json\\?|^data/' } },
    {
      name: 'leaf-imports-layer',
      comment: 'problem.ts, names.ts, format.ts, number.ts, arithmetic.ts, flags.ts and scenario/ import nothing but each other and data',
      severity: 'error',
      from: { path: leaves },
      to: { path: '^src/', pathNot: leaves },
    },
    { name: 'problem-imports', comment: 'problem.ts and names.ts import nothing from src but each other', severity: 'error', from: { path: '^src/(problem|names)\\.ts$' }, to: { path: '^src/', pathNot: '^src/(problem|names)\\.ts$' } },
    {
      name: 'sibling-folders',
      comment: 'models, import and parallel do not know each other, but an importer and a strategy may use the shapes of models/architecture.ts, models/model.ts and models/network.ts',
      severity: 'error',
      from: { path: '^src/analyzers/(models|import|parallel)/' },
      to: { path: '^src/analyzers/(models|import|parallel)/', pathNot: '^src/analyzers/$1/|^src/analyzers/models/(architecture|model|network)\\.ts$' },
    },
    {
      name: 'public-api-only',
      comment: 'cli, ui, worker, app and embed use the library as a stranger would: src/index.ts, its parts and src/data.ts; what stands in for readers and parts in the embed has their types',
      severity: 'error',
      from: { path: outside, pathNot: '^src/embed/(reader|no-readers|load|more)\\.ts$' },
      to: { path: '^(src|data)/', pathNot: [outside, '^src/(core|explain|index|data|serving/index)\\.ts$', leaves] },
    },
    { name: 'cli-knows-no-ui', comment: 'cli does not import ui', severity: 'error', from: { path: '^src/cli/' }, to: { path: '^src/(ui/|app\\.|embed\\.)' } },
    { name: 'ui-knows-no-cli', comment: 'ui does not import cli', severity: 'error', from: { path: '^src/(ui/|app\\.|embed\\.|worker\\.)' }, to: { path: '^src/cli/' } },
    {
      name: 'pure-core',
      comment: 'the core runs anywhere: it imports no user interface and nothing of Node',
      severity: 'error',
      from: { path: '^src/', pathNot: outside },
      to: { path: '(^|node_modules/)(lit|@lit|lit-html|lit-element|chart\\.js)(/|$)|^node:' },
    },
    { name: 'core-builtins', comment: 'only the command line uses Node built-ins', severity: 'error', from: { path: '^src/', pathNot: '^src/cli/' }, to: { dependencyTypes: ['core'] } },
    { name: 'data-imports-nothing', severity: 'error', from: { path: data }, to: {} },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'], extensions: ['.ts', '.js', '.json'] },
  },
}
