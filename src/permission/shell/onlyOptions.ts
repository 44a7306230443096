import type { WordCheck } from './optionNames.ts';

/**
 * Why an added option of a build tool or tester asks, in words for a person. Their options are many, grow with each version,
 * and load code, write files or send; so only those pass that choose what is looked at and how it is shown.
 */
export function strangeOption(argv: readonly string[], from: number): string | undefined {
  const program = argv[0] ?? '';
  const isStrange = hasOnlyOptions(program) ? ONLY[program] : undefined;
  if (!isStrange) return undefined;
  const end = argv[1] === 'run' ? ownArguments(argv, program) : argv.length;
  const odd = argv
    .slice(from, end)
    .find((word, index) => word.startsWith('-') && isStrange(word, argv[from + index + 1]));
  return odd && `"${odd}"`;
}

/** Whether a program is one of those. */
export function hasOnlyOptions(program: string): boolean {
  return Object.hasOwn(ONLY, program);
}

/** Where the arguments begin that `cargo run` and its like give to what they run, which is the project's own. */
function ownArguments(argv: readonly string[], program: string): number {
  if (program === 'go') return argv[2]?.startsWith('-') ? argv.length : 2;
  const at = argv.indexOf('--');
  return at < 0 ? argv.length : at;
}

/** Letters are short options, longer names have two dashes; `others` are further words that pass. */
function only(names: string, others?: RegExp): WordCheck {
  const known = set(names);
  return (word) => {
    const [, dashes = '', name = ''] = /^(--?)([^=]*)/.exec(word) ?? [];
    return (
      !(dashes.length === (name.length === 1 ? 1 : 2) && known.has(name)) && !others?.test(word)
    );
  };
}

/** One dash is as good as two. */
function onlyOneDash(names: string, others?: RegExp): WordCheck {
  const known = set(names);
  return (word) => !known.has(/^--?([^=]*)/.exec(word)?.[1] ?? '') && !others?.test(word);
}

function set(names: string): ReadonlySet<string> {
  return new Set(names.split(/\s+/));
}

const DOTNET = only(
  `c v f r t configuration no-build no-restore nologo filter verbosity framework runtime list-tests no-incremental
  no-dependencies list-sdks list-runtimes info version help force include-transitive outdated vulnerable deprecated
  no-launch-profile project blame-crash blame-hang blame-hang-timeout os arch self-contained`,
  /^(?:-[cvf]|--(?:configuration|verbosity|filter)):|^(?:-l|--logger)[:=]console\b/,
);

const ONLY: Readonly<Record<string, WordCheck>> = {
  go: onlyOneDash(
    `v run race count short timeout cover covermode coverpkg bench benchmem benchtime json failfast tags shuffle parallel p
    cpu list skip vet n x a trimpath buildvcs msan asan f m deps e find test all src cmd diff compat changed fullpath
    versions retracted why`,
    /^--?mod=(?:readonly|vendor)$/,
  ),
  gofmt: onlyOneDash('l d s e'),
  cargo: only(
    `v q r p j F i e d f E release package workspace all all-features features no-default-features lib bin bins test tests
    example examples bench benches doc no-run no-fail-fast jobs keep-going target profile quiet verbose color
    message-format locked offline frozen exclude all-targets ignored include-ignored nocapture no-capture show-output
    test-threads exact skip list format shuffle check no-deps format-version filter-platform invert edges duplicates depth
    no-dedupe charset document-private-items ignore-rust-version retries partition cap-lints version help dev build D W A`,
    /^(?:--|-v+|-j\d+|-[pDWAF][\w:-]+|-q[v]*)$/,
  ),
  dotnet: (word, following) =>
    /^(?:-l|--logger)$/.test(word) ? !/^console\b/.test(following ?? '') : DOTNET(word, following),
  bazel: only(
    `c k j s t test_output test_filter config compilation_mode keep_going nokeep_going jobs cache_test_results
    nocache_test_results runs_per_test verbose_failures test_arg test_tag_filters build_tag_filters build_tests_only
    test_timeout test_size_filters test_summary color curses show_progress noshow_progress flaky_test_attempts
    local_test_jobs instrumentation_filter announce_rc subcommands test_lang_filters ui_event_filters test_keep_going
    show_timestamps nobuild check_up_to_date noimplicit_deps notool_deps order_output version help`,
    /^--$|^-[cj]\w+$/,
  ),
  mvn: onlyOneDash(
    `q quiet B batch-mode X e errors o offline U update-snapshots am also-make amd also-make-dependents pl projects rf
    resume-from N non-recursive ntp no-transfer-progress fae fail-at-end ff fail-fast fn fail-never V show-version v
    version T threads nsu h help Dtest Dit.test DfailIfNoTests Dsurefire.failIfNoSpecifiedTests Dmaven.test.skip`,
    /^-(?:T\d+C?|Dskip\w*(?:=\w+)?)$/,
  ),
  gradle: only(
    `q i d s m x w v t tests info debug stacktrace full-stacktrace quiet warn offline continue no-continue rerun-tasks
    rerun console parallel no-parallel daemon no-daemon build-cache no-build-cache configuration-cache
    no-configuration-cache configure-on-demand max-workers warning-mode dry-run exclude-task fail-fast test-dry-run no-scan
    status version help continuous refresh-dependencies watch-fs no-watch-fs all`,
  ),
  'golangci-lint': only(
    `v p j D E timeout enable disable enable-all disable-all enable-only fast fast-only no-config new new-from-rev
    new-from-merge-base tests build-tags max-issues-per-linter max-same-issues sort-results color print-issued-lines
    print-linter-name show-stats issues-exit-code concurrency allow-parallel-runners verbose version help`,
  ),
  phpunit: only(
    `v filter exclude-filter group exclude-group testsuite exclude-testsuite testdox colors stop-on-defect stop-on-error
    stop-on-failure stop-on-warning stop-on-risky stop-on-skipped stop-on-incomplete verbose debug no-output no-progress
    no-results no-coverage no-logging no-configuration no-interaction order-by random-order-seed list-tests list-suites
    list-groups display-all-issues display-warnings display-deprecations display-notices display-errors display-skipped
    display-incomplete fail-on-warning fail-on-risky fail-on-skipped fail-on-incomplete fail-on-deprecation
    fail-on-empty-test-suite do-not-cache-result process-isolation columns strict-coverage version help repeat teamcity`,
  ),
  // Only `node --test` gets here.
  node: only(
    `test test-name-pattern test-skip-pattern test-only test-concurrency test-timeout test-shard test-reporter test-force-exit
    test-isolation experimental-test-isolation experimental-test-coverage test-coverage-branches test-coverage-functions
    test-coverage-lines test-coverage-include test-coverage-exclude experimental-test-module-mocks
    experimental-strip-types no-experimental-strip-types no-warnings enable-source-maps trace-warnings watch`,
  ),
  cloc: only(
    `exclude-dir include-lang exclude-lang exclude-ext include-ext by-file by-file-by-lang json yaml csv md xml quiet sum-one
    progress-rate hide-rate fullpath match-d match-f not-match-d not-match-f skip-uniqueness git v version help docstring`,
    /^--vcs=(?:git|auto)$/,
  ),
  journalctl: only(
    `u n f e r x b k p t o q a S U g i unit user-unit lines follow pager-end reverse catalog boot dmesg priority identifier
    output quiet all since until grep identifier no-pager no-hostname no-full full no-tail utc user system list-boots
    disk-usage header fields case-sensitive output-fields merge facility verify version help`,
    /^-(?:[abefkmnopqrtuxSU]+|[bn]?-?\d+|p\w+|o\w+|u[\w@.-]+)$/,
  ),
  brew: only(
    `1 l r t v q versions formula formulae cask casks json full-name pinned multiple desc installed all greedy verbose quiet
    installed-on-request installed-as-dependency analytics`,
  ),
  apt: only(
    'a q v installed upgradable upgradeable manual-installed all-versions names-only full quiet verbose',
    /^-q+\d?$/,
  ),
};
