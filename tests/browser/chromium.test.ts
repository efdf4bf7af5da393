import { expect, test } from 'vitest'

test('runs in a browser that draws text', () => {
  expect(navigator.userAgent).toContain('Chrome')
  const context = document.createElement('canvas').getContext('2d')
  expect(context?.measureText('roofline').width).toBeGreaterThan(0)
})
