import { defineConfig } from 'eslint/config'
import lit from 'eslint-plugin-lit'
import wc from 'eslint-plugin-wc'
import tseslint from 'typescript-eslint'

/** Syntax that the sources do without, each with the reason shown to whoever uses it. */
const without = [
  ['TSEnumDeclaration', 'Use a union of string literals instead of an enum.'],
  ['TSModuleDeclaration[kind!="global"][id.type!="Literal"]', 'Use a module instead of a namespace.'],
  ['TSParameterProperty', 'Declare the field and assign it in the constructor.'],
]
const defaultExport = ['ExportDefaultDeclaration', 'Use a named export.']
const syntax = entries => ['error', ...entries.map(([selector, message]) => ({ selector, message }))]

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'node_modules/', 'docs/.vitepress/', '**/*.d.ts', '.vitest-attachments/'] },
  { linterOptions: { noInlineConfig: true } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-syntax': syntax(without),
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
    },
  },
  { files: ['src/**/*.ts'], rules: { 'no-restricted-syntax': syntax([...without, defaultExport]), 'no-console': 'error' } },
  { files: ['src/cli/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['src/ui/**/*.ts', 'src/app.ts', 'src/embed.ts', 'src/embed/**/*.ts'],
    extends: [lit.configs['flat/recommended'], wc.configs['flat/recommended'], wc.configs['flat/best-practice']],
    rules: {
      'lit/attribute-names': ['error', { convention: 'kebab' }],
      'lit/ban-attributes': ['error', 'onclick'],
      'lit/lifecycle-super': 'error',
      'lit/no-classfield-shadowing': 'error',
      'lit/no-invalid-escape-sequences': 'error',
      'lit/no-legacy-imports': 'error',
      'lit/no-native-attributes': 'error',
      'lit/no-this-assign-in-render': 'error',
      'lit/no-useless-template-literals': 'error',
      'lit/prefer-nothing': 'error',
      'lit/quoted-expressions': 'error',
      'wc/define-tag-after-class-definition': 'error',
      'wc/no-method-prefixed-with-on': 'error',
    },
  },
  {
    files: ['tests/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  { files: ['**/*.{js,mjs,cjs}'], extends: [tseslint.configs.strict], rules: { '@typescript-eslint/no-require-imports': 'off' } },
)
