/** Does what a page of the documentation says, as a reader does who copies each block into one shell. Arguments: page, folder. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run } from './packed.ts'

/** Blocks marked `sh` are run, those marked `diff` are carried out; a failure ends the process. */
function followPage(page: string, folder: string): void {
  let cwd = folder
  for (const [, kind, text = ''] of readFileSync(page, 'utf8').matchAll(/^```(sh|diff)\n([\s\S]*?)^```$/gm)) {
    if (kind === 'diff') applyDiff(text, cwd)
    else
      for (const line of text.trim().split('\n')) {
        console.log(`$ ${line}`)
        const [, into] = /^cd (\S+)$/.exec(line) ?? []
        if (into !== undefined) cwd = resolve(cwd, into)
        else
          console.log(
            run(cwd, 'sh', '-c', line)
              .replace(/^(?!ℹ (pass|fail)|conformance of ).*\n?/gm, '')
              .trim(),
          )
      }
  }
}

/** Hunks have no line numbers: what a hunk takes away must be there exactly once. */
function applyDiff(diff: string, folder: string): void {
  for (const part of diff.split(/^--- .*\n\+\+\+ b\//m).slice(1)) {
    const [file = '', ...hunks] = part.split(/\n@@\n/)
    const path = join(folder, file)
    let text = readFileSync(path, 'utf8')
    for (const hunk of hunks) {
      const side = (other: string): string =>
        hunk
          .trimEnd()
          .split('\n')
          .filter((line) => !line.startsWith(other))
          .map((line) => line.slice(1))
          .join('\n')
      const [before, after = '', ...more] = text.split(side('+'))
      assert.ok(
        before !== undefined && text !== before && more.length === 0,
        `${file} has not once:\n${hunk}`,
      )
      text = `${before}${side('-')}${after}`
    }
    writeFileSync(path, text)
    console.log(`changed ${file}`)
  }
}

const [, , page = '', folder = ''] = process.argv
followPage(page, folder)
