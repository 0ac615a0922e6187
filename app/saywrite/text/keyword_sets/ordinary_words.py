"""The commonest words of each language, which a keyword should not replace. Pure.

The lists hold articles, pronouns, prepositions, auxiliary verbs and the commonest verbs, nouns and adverbs, in the form
of `key()`: lower case. Chinese and Japanese have no spaces; their lists hold whole words, which are compared as such.
"""

from __future__ import annotations

from collections.abc import Mapping

from saywrite.foundation.catalog import DE, EN, ES, FR, IT, JA, PT, ZH
from saywrite.text.phrase_index import key

_LISTS: Mapping[str, str] = {
    EN: """a about after again all also always am an and another any are as ask at away back be because been before
    being best better big both but by call came can come could day days did different do does doing done down
    each end even ever every few find first for from gave get give go going good got great had hand has have
    he help her here high him his home house how i if in into is it its just keep kind know large last late
    left less let life like little long look made make man many may me mean men might mine more most much
    must my name need never new next no not now of off old on once one only open or order other our out over
    own part people place point put read right said same saw say see send set she should show side sign since
    small so some something soon still such take talk tell than thank thanks that the their them then there
    these they thing things think this those three through time to today together too turn two under until up
    upon us use very want was way we week well went were what when where which while who why will with
    without word words work world would write year years yes you your""",
    DE: """aber alle alles als also am an andere anderen auch auf aus bei bin bis bist da dafür damit dann das dass
    davon dazu dein deine dem den denn der des deshalb die dies diese diesem diesen dieser dieses doch dort
    du durch ein eine einem einen einer eines einfach er es etwas euch fall frau für ganz geben gegen gehen
    gemacht genau gerade gern gibt gut gute guten habe haben hat hatte heute hier ich ihm ihn ihr ihre im
    immer in ist ja jahr jahre jede jeder jetzt kann kein keine kommen kommt können könnte land leben letzte
    leute machen macht mal man mann mehr mein meine mich mir mit morgen muss müssen nach nein neue neuen
    nicht nichts noch nun nur ob oder ohne sagen sagt schon sehen sehr sein seine seit selbst sich sie sind
    so soll sollte stadt tag tage um und uns unser unter viel viele vom von vor war waren warum was weg weil
    weiter welche wenn wer werden wie wieder will wir wird wo wollen wurde zeit zu zum zur zwei zwischen über""",
    FR: """ai aller alors an ans après as au aussi autre autres aux avant avec avez avoir avons beaucoup bien bon
    bonne car ce cela ces cet cette chez chose choses comme comment dans de depuis dernier des deux dire dit
    dois doit donc dont du elle elles en encore entre es est et eu eux faire fait faut femme fois font gens
    grand grande heure heures homme ici il ils j' jamais je jour jours jusqu' la le les leur leurs lui là ma
    main mais me mes mieux moi moins mois mon monde même ne non nos notre nous on ont ou oui où par parce
    parler pas pendant petit petite peu peut peuvent plus point pour pourquoi premier première prendre qu'
    quand que quel quelle quelque qui rien sa sans se semaine ses si son sont sous suis sur ta te temps tes
    toi ton toujours tous tout toute toutes trop très tu un une va vais vers vie voir vos votre vous vu y à
    ça étaient était étant être""",
    ES: """a ahora al algo algunos ante antes aquí así aunque año años aún bien bueno cada casa casi como con cosa
    cosas creo cual cuando cuatro cómo da dar de decir del desde después dice dijo donde dos durante día días
    e el ella ellas ellos en entonces entre era eran eres es esa ese eso esta estaba estar este esto estos
    está están forma fue fueron gente gracias gran ha había hace hacer hacia han hasta hay he hecho hombre
    hora hoy ir la las le les lo los luego lugar mayor me mejor menos mi mientras mis mismo momento mucho
    mujer mundo muy más nada ni no nos nosotros nuestro o otra otro otros para parte pero poco poder por
    porque primera primero puede pueden pues que quien quiere quién qué sea ser será si siempre sin sino
    sobre solo son su sus sí también tan tanto te tener tenía tiempo tiene tienen toda todas todo todos
    trabajo tres tu tú un una uno unos usted va vamos ver vez vida y ya yo él""",
    PT: """a agora ainda algo alguém além ano anos antes ao aos apenas aqui as assim até bem boa bom cada casa coisa
    coisas com como da dar das de dela dele deles depois desde dessa desse deve dia dias disse dizer do dois
    dos e ela elas ele eles em entre então era eram essa esse estar estava este está estão eu faz fazer feito
    foi foram gente grande hoje homem hora há ir isso isto já lhe lugar lá maior mais mas me melhor menos
    mesmo meu mil minha muito muitos mulher mundo na nada nas nem no nos nossa nosso num numa nunca não nós o
    obrigado onde os ou outra outro outros para parte pela pelo pessoas pode podem por porque pouco primeira
    primeiro quais qual quando quanto que quem quer se seja sem sempre ser será seu seus si sim sobre sua
    suas só também te tem tempo tenho ter teu tinha toda todas todo todos trabalho três tu tudo tão um uma
    vai vamos ver vez vida você vocês à é""",
    IT: """a abbiamo ad adesso ai al alla alle allora altra altri altro anche ancora anni anno avere aveva bene
    bisogno buon buona c' casa che chi ci circa ciò come con cosa cose così credo da dagli dai dal dalla
    dalle de degli dei del della delle detto deve di dire dopo dove due durante e ecco ed era erano essere fa
    fare fatto fino forse fra gente giorni giorno già gli grande grazie ha hai hanno ho i il in io l' la
    lavoro le lei li lo loro lui là ma mai me meglio meno mentre mi mia mio molto momento mondo ne negli nei
    nel nella nelle niente no noi non nostra nostro nulla né o oggi ogni ora ore ormai paese parte per perché
    persone però più poco poi posso prima primo proprio può qua quale quando quanto quella quelle quelli
    quello questa queste questi questo qui sarà se sei sempre sento senza si sia siamo sono sopra sotto sta
    stata stato stesso su sua subito sul sulla suo suoi sì tanto te tempo ti tra tre troppo tu tutta tutte
    tutti tutto un una uno uomo va vede vedere verso vi via vita voi volta vuole è""",
    ZH: """的 了 是 我 你 他 她 它 我们 你们 他们 在 有 和 不 这 那 这个 那个 这些 那些 就 都 也
    很 会 能 要 说 去 来 看 到 上 下 里 中 大 小 人 个 一 二 三 两 什么 怎么 为什么 哪里
    谁 时候 现在 今天 明天 昨天 可以 没有 因为 所以 但是 如果 还是 已经 知道 觉得 一个 一下
    一样 一起 自己 东西 时间 问题 工作 谢谢 好 对 吗 吧 呢 啊 把 被 给 跟 从 向 让 用 做
    想 得 地 着 过 再 又 只 最 更 太""",
    JA: """の に は を た が で て と し れ さ ある いる も する から な こと として い や など
    ない この ため その あの よう また もの という あり まで なる それ これ あれ ここ そこ どこ
    何 誰 いつ です ます でした ました ください ありがとう はい いいえ 私 僕 あなた 彼 彼女 人
    今 今日 明日 昨日 時 時間 年 月 日 大きい 小さい 良い いい 行く 来る 見る 言う 思う 知る
    使う 作る 一つ 二つ でも しかし そして だから とても もう まだ 少し""",
}

_WORDS: Mapping[str, frozenset[str]] = {language: frozenset(words.split()) for language, words in _LISTS.items()}
_WITHOUT_SPACES = (ZH, JA)


def is_ordinary(spoken: str, language: str) -> bool:
    """Whether a spoken form consists of the commonest words of a language only.

    A language that has no list has no ordinary words.
    """
    words = [word for word in key(spoken) if word != " "]
    if language in _WITHOUT_SPACES:
        words = ["".join(words)]
    known = _WORDS.get(language, frozenset())
    return bool(words) and all(word in known for word in words)
