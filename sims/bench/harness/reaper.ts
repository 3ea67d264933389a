/**
 * Ends what we have started when we are gone and cannot: killed by what nobody can listen to (SIGKILL), or crashed.
 *
 * A child that works without a pause does not see its channel close, nor does what it started or any other program. So one
 * small process reads from a pipe which of our process groups have begun and ended. The pipe closes whatever ended us; then
 * it ends those that are left. Until then it waits for the pipe and takes no processor time that could disturb what is
 * timed. It leads a session of its own, so that an interrupt from the keyboard passes it by.
 *
 * A group is struck from the list when it has ended: its number may be another's later.
 */
import { spawn } from 'node:child_process'
import { Socket } from 'node:net'

/** What has a way of ending of its own when we are gone is given the time that it has for that (`link.ts`). */
const GRACE_SECONDS = 2

/** Of a POSIX shell, which is there, small and started in a millisecond. */
const PROGRAM = `trap '' HUP INT QUIT TERM
groups=' '
while read -r what group; do
  case $what in
    begun) groups="$groups$group " ;;
    ended) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
[ "$groups" = ' ' ] && exit
sleep ${GRACE_SECONDS}
for group in $groups; do kill -9 "-$group"; done`

type Tell = (what: 'begun' | 'ended', group: number) => void

const groups = new Set<number>()
let tell: Tell | null = null

/** To be called before a group is begun: one that begins while the small process does would be told of too late. */
export function beReady(): void {
  if (tell === null && process.platform !== 'win32') start()
}

/**
 * The process group of this number, which has just begun, ends when we do. The returned function is to be called when it
 * has ended, or may go on without us. Nothing is done where it could not be started.
 */
export function endWithUs(group: number | undefined): () => void {
  // Windows has no groups, and no shell.
  if (group === undefined || process.platform === 'win32') return () => {}
  groups.add(group)
  if (tell === null) start()
  else tell('begun', group)
  return () => {
    if (groups.delete(group)) tell?.('ended', group)
  }
}

function start(): void {
  const reaper = spawn('sh', ['-c', PROGRAM], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const { stdin } = reaper
  const told: Tell = (what, group) => void stdin.write(`${what} ${group}\n`)
  // The next group that begins gets another.
  const isGone = (): void => {
    if (tell === told) tell = null
  }
  reaper.once('error', isGone).once('exit', isGone)
  stdin.on('error', isGone)
  // It does not keep us.
  reaper.unref()
  if (stdin instanceof Socket) stdin.unref()
  tell = told
  for (const group of groups) told('begun', group)
}
