/** Blocks, loops and branches. A label is the object handed to a block's builder; a branch knows its depth when emitted. */
import { expr, op, unsigned, VOID } from './expression.ts'
import type { Body, Expr, I32, Statement, ValueType } from './expression.ts'

export class Label {
  /** Leaves the block, or goes back to the top of the loop. */
  br(): Statement {
    return expr(VOID, (body) => {
      body.bytes.push(0x0c)
      unsigned(body.bytes, this.depth(body))
    })
  }
  brIf(condition: Expr<I32>): Statement {
    return expr(VOID, (body) => {
      condition.emit(body)
      body.bytes.push(0x0d)
      unsigned(body.bytes, this.depth(body))
    })
  }
  private depth(body: Body): number {
    const index = body.open.lastIndexOf(this)
    if (index < 0) throw new Error('a branch to a block that is not around it')
    return body.open.length - 1 - index
  }
}

function nested(code: number, build: (label: Label) => readonly Statement[]): Statement {
  const label = new Label()
  const statements = build(label)
  return expr(VOID, (body) => {
    body.bytes.push(code, VOID)
    body.open.push(label)
    for (const statement of statements) statement.emit(body)
    body.open.pop()
    body.bytes.push(0x0b)
  })
}

/** A branch to the label leaves the block. */
export const block = (build: (exit: Label) => readonly Statement[]): Statement => nested(0x02, build)
/** A branch to the label starts the next round; without one the loop ends after its last statement. */
export const loop = (build: (again: Label) => readonly Statement[]): Statement => nested(0x03, build)

export function when(
  condition: Expr<I32>,
  yes: readonly Statement[],
  no: readonly Statement[] = [],
): Statement {
  const label = new Label()
  return expr(VOID, (body) => {
    condition.emit(body)
    body.bytes.push(0x04, VOID)
    body.open.push(label)
    for (const statement of yes) statement.emit(body)
    if (no.length > 0) {
      body.bytes.push(0x05)
      for (const statement of no) statement.emit(body)
    }
    body.open.pop()
    body.bytes.push(0x0b)
  })
}

/** Leaves the function with this result. */
export const giveBack = (value: Expr<ValueType>): Statement => op(VOID, [0x0f], [value])
