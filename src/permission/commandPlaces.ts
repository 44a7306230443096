import type { Place } from './secretDetector.ts';
import { isExample, looksRandom } from './secretValues.ts';

/** Secrets that are known by the program, and by the flag or the word before them. */
export const COMMAND_PLACES: readonly Place[] = [
  {
    kind: 'password',
    hints: ['curl', 'http', 'wget', 'xh ', 'etcdctl'],
    pattern:
      /(?<=[\s"'])(?:-[a-zA-Z]{0,4}u|--user|--proxy-user|-U|-a|--auth)(?:[ =]{0,4}|["']\s{0,4},\s{0,4})["']?(?<user>[^\s:"'`;&|<>(){}$]{0,128}):(?=[^\s/])/g,
    isSecret: (value, { groups }) =>
      !/^\d{1,6}$/.test(value) && !isExample(groups?.['user'], value),
  },
  {
    kind: 'credentials',
    hints: ['curl', 'http', 'xh '],
    // A token in the place of the user, with no password; `-A bearer -a …`.
    pattern:
      /(?:(?<=[\s"'])(?:-[a-zA-Z]{0,4}u|--user)(?:[ =]{0,4}|["']\s{0,4},\s{0,4})["']?(?=[A-Za-z0-9_-]{16,128}:(?:[\s"']|$))|(?<=\s)(?:-A[ =]?|--auth-type[ =])bearer\s{1,4}(?:-a|--auth)[ =]{0,2})(?=\S)/g,
    isSecret: looksRandom,
  },
  {
    kind: 'password',
    hints: ['mysql', 'mariadb', '7z', 'rar'],
    // -p takes its value without a space here; elsewhere -p is a port or a path and stays readable.
    pattern:
      /(?<![A-Za-z])(?:mysql|mariadb|7z[ar]?|u?n?rar)[a-z-]{0,12}(?=\s)[^;&|\n]{0,200}?(?<=\s)-p(?=[^\s])/g,
  },
  {
    kind: 'password',
    hints: [' -p', ' -a', ' -w', ' -k', ' -t', ' -n '],
    pattern:
      /(?<![\w-])(?:(?:docker|podman|az|oc|cf|helm|nerdctl|skopeo|buildah|expo|npm|cf)\s[^;&|\n]{0,80}?login\s[^;&|\n]{0,200}?(?<=\s)-p|redis-cli\s[^;&|\n]{0,200}?(?<=\s)-a|(?:sqlcmd|bcp|ipmitool|zip|unzip|zipcloak|mosquitto_(?:pub|sub)|[oi]sql)(?:\s[^;&|\n]{0,200}?)?(?<=\s)-P|ldap[a-z]{3,10}\s[^;&|\n]{0,200}?(?<=\s)-w|(?:mongo[a-z]{0,8}|twine|cqlsh|influx|xfreerdp|rdesktop|clickhouse-client|certutil|psexec(?:64)?)\s[^;&|\n]{0,200}?(?<=\s)-p|security\s(?:[a-z]{1,12}-keychain\s[^;&|\n]{0,200}?(?<=\s)-p|add-[a-z-]{1,24}\s[^;&|\n]{0,200}?(?<=\s)-w|import\s[^;&|\n]{0,200}?(?<=\s)-P)|openssl\s[^;&|\n]{0,200}?(?<=\s)-(?:k|K)|nuget\s[^;&|\n]{0,200}?(?<=\s)-(?:k|p)|doctl\s[^;&|\n]{0,80}?(?<=\s)-t|codecov\s[^;&|\n]{0,80}?(?<=\s)-t|sendemail\s[^;&|\n]{0,200}?(?<=\s)-xp)(?:[ \t=]{1,4}|\s{0,4}\\\n\s{0,8})(?=[^\s])/g,
    isSecret: (value, [whole]) =>
      !value.startsWith('-') && (looksRandom(value) || !whole.startsWith('codecov')),
  },
  {
    kind: 'password',
    hints: [' -p', ' /p', ' /rp', ' -xp'],
    // A user, and right behind it what must be the password: `-u admin -p …`, `/ru admin /rp …`; ports stay.
    pattern:
      /(?<=\s)(?:-[uU]|-{1,2}user(?:name)?|-xu|\/r?u|-u:)[ =:]{0,2}(?!-)[^\s;&|]{1,64}\s{1,4}(?:-{1,2}p(?:ass)?|-P|-xp|\/r?p)[ =:]{1,2}(?=[^\s-])/g,
    isSecret: (value, match) =>
      !/^[\d:.]+$/.test(value) &&
      !/(?:mysql|maria|psql|pg_|mkdir|\s--)[^|;&\n]{0,200}$/.test(before(match)),
  },
  {
    kind: 'password',
    hints: ['/p:', '/p ', '-p:', '/rp '],
    pattern:
      /(?<![\w-])(?:(?:[wx]freerdp|winrs|signtool|schtasks|psexec)(?:\.exe)?\s[^;&|\n]{0,200}?(?<=\s)[/-]r?p[: ])(?=[^\s/-])/gi,
  },
  {
    kind: 'password',
    hints: ['plink', 'pscp', 'psftp', 'putty', 'lftp', 'wpa_passphrase', 'expect', 'spawn'],
    pattern:
      /(?<![\w-])(?:(?:plink|pscp|psftp|putty)\s[^;&|\n]{0,120}?(?<=\s)-pw\s{1,4}|lftp\s[^;&|\n]{0,120}?(?<=\s)-u\s{0,4}["']?[^\s,]{1,64},|wpa_passphrase\s{1,4}\S{1,64}\s{1,4}|send\s{1,4}(?:--\s{1,4})?(?=\\{0,4}["'][^\s"']{4,64}\\{1,4}[rn]))(?=\S)/g,
    isSecret: looksRandom,
  },
  {
    kind: 'password',
    hints: ['ssh-keygen'],
    // The old one and the new one.
    pattern: /(?<=\s)-[NP](?<=ssh-keygen\s[^;&|\n]{0,200})\s{1,4}(?=[^-\s])/g,
  },
  {
    kind: 'password',
    hints: ['sshpass'],
    pattern: /(?<![\w-])sshpass\s{1,4}-p\s{0,4}(?=\S)/g,
  },
  {
    kind: 'password',
    hints: ['snmp'],
    pattern: /(?<=snmp[a-z]{2,8}\s[^;&|\n]{0,200}\s-[AX]\s{1,4})(?=[^-\s])/g,
  },
  {
    kind: 'password',
    hints: ['htpasswd'],
    pattern: /htpasswd\s{1,4}-\w{0,6}b\w{0,6}\s{1,4}\S{1,200}\s{1,4}\S{1,64}\s{1,4}(?=\S)/g,
  },
  {
    kind: 'password',
    hints: ['net use', 'cmdkey', 'runas'],
    pattern:
      /(?<![\w-])(?:(?:net use|cmdkey)\s[^;&|\n]{0,120}?\/(?:pass|user:\S{1,64}\s{1,4}(?=[^/\s])|p):?|net use\s{1,4}(?:[A-Za-z*]:?\s{1,4})?\\\\\S{1,120}\s{1,4}(?![/*]))(?=\S)/gi,
  },
  {
    kind: 'password',
    hints: ['storepass', 'keypass', 'pass:'],
    pattern:
      /(?<=\s)-(?:\w{0,12}(?:storepass|keypass)[ =]{1,4}|pass(?:in|out)?[ =]{1,4}["']?pass:)(?=\S)/g,
  },
  {
    kind: 'password',
    hints: [
      ...['http-basic', 'rabbitmqctl', 'bw unlock', 'bw login', 'alias set', 'agent-token'],
      ...['connect to', 'bundle config', 'redis-cli', 'rclone', 'ansible-vault', 'authtoken'],
      ...['openssl passwd', 'net user', 'user-secrets'],
    ],
    // Programs that take it as a word of its own.
    pattern:
      /(?<![\w-])(?:config\s(?:--?\w[\w-]{0,20}\s{1,4}){0,3}http-basic\.\S{1,100}\s{1,4}\S{1,100}|rabbitmqctl\s(?:add_user|change_password)\s{1,4}\S{1,64}|bw\s{1,4}(?:unlock|login\s{1,4}\S{1,100})|mc\s{1,4}alias\s{1,4}set\s{1,4}\S{1,64}\s{1,4}\S{1,200}\s{1,4}\S{1,64}|consul\s{1,4}acl\s{1,4}set-agent-token\s{1,4}\w{1,24}|redis-cli\s(?:-\w\s{1,4}\S{1,64}\s{1,4}){0,3}(?:AUTH|auth)|rclone\s{1,4}obscure|ansible-vault\s{1,4}encrypt_string|ngrok\s{1,4}authtoken|openssl\s{1,4}passwd(?:\s{1,4}-\w{1,12}){0,2}|net\s{1,4}user\s{1,4}[\w.-]{1,64}|user-secrets\s{1,4}set\s{1,4}["']?[\w:.-]{1,100}["']?|connect\s{1,4}to\s{1,4}\w{1,24}\s{1,4}user\s{1,4}\w{1,32}\s{1,4}using)\s{1,4}(?=[^\s/-])|bundle\s{1,4}config\s(?:set\s{1,4})?(?:--\w{1,10}\s{1,4}){0,2}[\w.-]{1,80}\.[a-z]{2,10}\s{1,4}(?=[^\s:]{1,80}:)/gi,
  },
  {
    kind: 'secret value',
    hints: ['<<<'],
    // A word that is handed to a program that asks for a secret.
    pattern:
      /<<<(?<=(?:passw|passphrase|stdinpass|secret|token|login|signin|sign-in|\bauth\b|luks|unlock|sudo\s-S|api[_-]?key|credential|data-file=-)[^\n;&|<]{0,120}<<<)\s{0,4}(?=\S)/gi,
  },
  {
    kind: 'secret value',
    hints: ['securestring'],
    pattern: /ConvertTo-SecureString\s{1,4}(?:-String\s{1,4})?(?=["'])/gi,
  },
  {
    kind: 'secret value',
    hints: ['securestring'],
    pattern: /(?:put-parameter\s[^;&|\n]{0,200}?(?<=\s)--value[ =])(?=\S)/g,
  },
  {
    kind: 'secret value',
    hints: ['--from-literal', 'secret set', 'secrets set', 'secret put', 'secret create'],
    pattern:
      /(?:--from-literal[= ]["']?[\w.-]{1,64}=|(?:secrets? (?:set|put|create))\s[^;&|\n]{0,120}?(?<=\s)(?:--body|-b|--value|-v)[ =])(?=\S)/g,
  },
  {
    kind: 'password',
    hints: ['echo', 'printf'],
    // Into a program that asks for one, or into a file that is named like one.
    pattern:
      /(?<![\w-])(?:echo|printf)\s{1,4}(?:-[neE]{1,3}\s{1,4}|(?:["']?%s(?:\\n)?["']?)\s{1,4})?(?=(?:"[^"\n]{1,200}"|'[^'\n]{1,200}'|[^\s"'|;&>]{1,200})\s{0,4}(?:\|\s{0,4}(?:base64\s[^|;&\n]{0,20}\|\s{0,4})?(?:sudo\s[^|;&\n]{0,40}?-\w?S|(?:sudo\s{1,4})?(?:passwd|chpasswd|smbpasswd|cryptsetup|vncpasswd)(?![\w-])|[^|;&\n]{0,160}?(?:-stdin|--with-token|chpasswd|(?:create|put|set|add)\s{1,4}secrets?|secrets?\s{1,4}(?:create|put|set|add|versions)|--passphrase-fd))))/g,
    isSecret: (value) => !/^[-\w.]{1,40}:\$/.test(value),
  },
  {
    kind: 'secret value',
    hints: ['echo', 'printf'],
    pattern:
      /(?<![\w-])(?:echo|printf)\s{1,4}(?:-[neE]{1,3}\s{1,4}|(?:["']?%s(?:\\n)?["']?)\s{1,4})?(?=(?:"[^"\s]{1,200}"|'[^'\s]{1,200}'|[^\s"'|;&>=]{1,200})\s{0,4}>{1,2}\s{0,4}["']?[^\s"'|;&]{0,100}(?:password|passwd|passphrase|secret|token|api[_-]?key|credential|\.pgpass|\.key)[^\s"'|;&]{0,24}["']?(?:\s|$))/gi,
    isSecret: (value) => looksRandom(value) && !/^[\w.-]{1,40}[=:]/.test(value),
  },
  {
    kind: 'secret value',
    hints: ['login', 'auth'],
    pattern:
      /(?<![\w-])(?:cargo|vault|npm-auth|snyk|railway)\s{1,4}(?:login|auth)\s{1,4}(?=[^-\s|;&])/g,
    isSecret: looksRandom,
  },
];

function before({ input = '', index = 0 }: RegExpMatchArray): string {
  return input.slice(Math.max(0, index - 200), index);
}
