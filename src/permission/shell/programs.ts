import { baseName } from './baseName.ts';

/**
 * How far a pattern reaches for a program, beyond its own words:
 * - `open`: more arguments are free, but for those that write or run (see options.ts)
 * - `closed`: no more arguments; what it does depends on all of them
 * - `interpreter`: the script has to be named by the pattern
 * - `never`: no pattern; what it runs is not in its words, or it changes the shell for what follows
 */
export type Reach = 'open' | 'closed' | 'interpreter' | 'never';

export function reachOf(program: string): Reach {
  const name = baseName(program).replace(/(?<=^[a-z]+)[-.\d]+$/, '');
  // `constructor` and its like would be found in each table of programs.
  if (NEVER.has(name) || name in {}) return 'never';
  if (INTERPRETERS.has(name)) return 'interpreter';
  return CLOSED.has(name) ? 'closed' : 'open';
}

/** Whether a program that otherwise runs what it is given is told to check or find it only, by words that the rule names. */
export function onlyLooks(argv: readonly string[], named: number): boolean {
  const [program = '', option = '', ...files] = argv;
  const isCheck = LOOKS[baseName(program)] === option && named >= 2;
  return isCheck && !files.some((word) => word.startsWith('-'));
}

const LOOKS: Readonly<Record<string, string>> = {
  command: '-v',
  node: '--check',
  php: '-l',
  bash: '-n',
  sh: '-n',
};

/** Whether a program runs what its arguments name, so that a deny has to look for its program among them. */
export function runsOthers(program: string): boolean {
  return reachOf(program) !== 'open' || RUNNERS.has(baseName(program));
}

/** Shells' own words that change what later commands mean, and what takes the words to run from its input. */
const NEVER =
  set(`. source eval exec trap set shopt setopt unsetopt hash enable builtin command export
  declare typeset local readonly unset alias unalias coproc pushd popd umask ulimit bind complete compgen compopt fc
  history read mapfile readarray getopts let function autoload zmodload emulate sched vared zle print noglob
  xargs parallel rush at batch crontab chroot`);

/** They run a program out of their arguments, delete, send, or hold a language of their own. */
const CLOSED =
  set(`env timeout gtimeout nice nohup time stdbuf setsid ionice chrt taskset watch strace ltrace script
  unbuffer unshare nsenter flock sudo doas su runuser pkexec ssh scp sftp rsync docker podman nerdctl kubectl helm
  rm rmdir shred srm unlink dd mkfs fdisk parted wipefs chmod chown chgrp chattr setfacl truncate kill pkill killall
  curl wget nc ncat netcat socat telnet ftp tftp lftp aria httpie http https xh vim vi view nvim emacs nano ed ex pico
  man info less more most gdb lldb systemctl service launchctl mount umount busybox toybox osascript open xdg-open code codium cursor
  start wsl mail sendmail gpg openssl tmux screen expect m psql mysql sqlite redis-cli mongo mongosh entr
  security defaults brew apt apt-get dnf yum pacman snap gem rustc gcc g++ clang clang++ cc c++ ld javac eject reboot
  shutdown halt poweroff useradd usermod passwd chsh visudo iptables nft ip ifconfig hostname sysctl modprobe insmod
  inotifywait fswatch nodemon watchexec reflex chokidar watchman concurrently hyperfine chronic caffeinate arch
  setarch runcon firejail bwrap proot fakeroot eatmydata faketime systemd-run systemd-inhibit dbus-run-session dbus-launch
  xvfb-run perf valgrind heaptrack gosu su-exec sshpass torsocks torify proxychains rlwrap cpulimit prlimit numactl catchsegv
  docker-compose podman-compose minikube oc nomad xcrun act railway doppler op aws-vault chamber sops infisical dotenvx env-cmd
  npm-run-all run-s run-p wp drush start-stop-daemon daemonize dtach abduco tsp overmind foreman honcho tsc-watch onchange wait-on start-server-and-test forever pm cross-env dotenv direnv ansible ansible-playbook terraform tofu
  pulumi vagrant heroku vercel netlify firebase wrangler fly flyctl serverless sls zip unzip cpio pax ar patch rename mlr nbqa papermill jupyter doxygen xsltproc exiftool ldd
  run capsh sg newgrp machinectl systemd-nspawn nmcli cprofile profile pdb trace runpy debugpy viztracer pyinstrument scalene kernprof`);

const INTERPRETERS =
  set(`sh bash zsh dash ksh mksh ash fish csh tcsh rbash elvish nu xonsh pwsh powershell cmd
  node nodejs ts-node tsx esno zx python pythonw pypy ipython perl ruby irb php lua luajit rscript r julia groovy scala
  kotlin clojure elixir iex erl escript ghc runghc runhaskell stack tclsh wish guile racket sbcl clisp java jshell
  swift osascript dart awkward octave bc dc m4 ocaml`);

/** Take the name of a program or package to run as an argument; see runners.ts. */
const RUNNERS =
  set(`npx pnpx bunx uvx pipx npm pnpm yarn bun uv poetry pipenv bundle mise asdf rtx nix rbenv rustup
  conda mamba hatch pdm rye deno go cargo find fd fdfind make gmake just task git gh tar awk gawk mawk sed sort rg
  direnv volta corepack lerna nx turbo rush wireit`);

function set(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/));
}
