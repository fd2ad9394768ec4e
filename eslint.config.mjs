import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

/**
 * Folders as the design names them; which may import which is the table below. Patterns are anchored at the root: a
 * folder of the same name below another (test/infra) belongs to that one.
 */
const elements = [
  { type: 'domain', pattern: 'shared/domain' },
  { type: 'contracts', pattern: 'shared/contracts' },
  { type: 'faces', pattern: 'shared/faces' },
  { type: 'ports', pattern: 'shared/ports' },
  { type: 'security', pattern: 'shared/security' },
  { type: 'use-cases', pattern: 'shared/use-cases' },
  { type: 'observability', pattern: 'shared/observability' },
  { type: 'adapters', pattern: 'shared/adapters' },
  { type: 'config', pattern: 'shared/config' },
  { type: 'http', pattern: 'shared/http' },
  { type: 'functions', pattern: 'functions' },
  { type: 'statemachines', pattern: 'statemachines' },
  { type: 'agent', pattern: 'agent' },
  { type: 'infra', pattern: 'infra' },
  { type: 'array', pattern: 'local/array' },
  { type: 'local', pattern: 'local' },
  { type: 'cli', pattern: 'cli' },
  { type: 'test', pattern: 'test' },
].map((element) => ({ ...element, partialMatch: false }));

const policies = [
  { from: 'domain', allow: ['domain'] },
  { from: 'contracts', allow: ['contracts'] },
  { from: 'faces', allow: ['faces', 'domain'] },
  { from: 'ports', allow: ['ports', 'domain', 'contracts'] },
  { from: 'security', allow: ['security'] },
  { from: 'use-cases', allow: ['use-cases', 'domain', 'ports', 'contracts'] },
  { from: 'observability', allow: ['observability', 'ports'] },
  { from: 'adapters', allow: ['adapters', 'domain', 'ports', 'contracts', 'config'] },
  { from: 'config', allow: ['config', 'adapters', 'ports', 'observability', 'domain'] },
  { from: 'http', allow: ['http', 'domain', 'ports', 'security'] },
  {
    from: 'functions',
    allow: [
      'functions',
      'domain',
      'contracts',
      'faces',
      'ports',
      'security',
      'use-cases',
      'observability',
      'adapters',
      'config',
      'http',
    ],
  },
  { from: 'statemachines', allow: ['statemachines', 'functions', 'domain'] },
  // The agent runs on other machines: the wire is all it shares.
  { from: 'agent', allow: ['agent', 'contracts'] },
  { from: 'infra', allow: ['infra', 'functions', 'statemachines', 'http'] },
  { from: 'array', allow: ['array'] },
  // The embedded cloud runs what the app synthesizes: it does not import it.
  { from: 'local', allow: ['local', 'array', 'agent', 'infra', 'adapters', 'security', 'domain', 'ports'] },
  // Of infra the names of what is deployed.
  { from: 'cli', allow: ['cli', 'adapters', 'ports', 'security', 'domain', 'infra'] },
  { from: 'test', allow: elements.map((element) => element.type) },
].map(({ from, allow }) => ({
  from: { element: { type: from } },
  allow: { to: { element: { type: allow } } },
}));

export default tseslint.config(
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  { ignores: ['node_modules/', 'dist/', 'cdk.out/', '.reprise/', '**/*.mjs', '**/*.cjs'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { boundaries },
    settings: {
      'boundaries/elements': elements,
      // Imports name the file with its ending, so node's own way finds it.
      'import/resolver': { node: { extensions: ['.ts', '.mjs'] } },
    },
    rules: {
      'boundaries/dependencies': ['error', { default: 'disallow', policies }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unnecessary-condition': 'error',
      // Numbers in messages are plain.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // Empty functions are doubles and silent logs; dropped variables leave fields out.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      // Ports and doubles: a method that needs no await still answers with a promise.
      '@typescript-eslint/require-await': 'off',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[property.name=/^(only|skip|todo)$/][object.name=/^(it|test|describe)$/]',
          message: 'No focused or skipped tests.',
        },
      ],
    },
  },
  {
    files: ['test/**'],
    rules: {
      'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-unsafe-type-assertion': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // Bodies of answers are looked at as they come; their shapes are asserted by the schemas of the routes.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
);
