import { expect, test } from 'vitest'
import { CALM } from '../index.ts'
import { CHOICES, DIFFERENCES, DRAWN } from './differences.ts'

test('everything that a seed draws is told, once', () => {
  expect(DRAWN.map(({ option }) => option).sort()).toEqual(Object.keys(CALM).sort())
})

test('every difference and choice is told once', () => {
  const topics = [...DIFFERENCES, ...CHOICES].map(({ about }) => about)
  expect(new Set(topics).size).toBe(topics.length)
})
