"""The spoken commands of each language: what is said, and the words that make it ordinary prose.

A line reads `name: phrase
    | phrase`; the names are those of `marks.py`. Of several phrases any may be said. Case and
hyphens do not matter. The rules that use these tables are in `commands.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from saywrite.text.spoken_punctuation.marks import (
    CHINESE_MARKS,
    FRENCH_MARKS,
    GERMAN_MARKS,
    JAPANESE_MARKS,
    MARKS,
    Table,
    table,
)

_ENGLISH_TABLE = table(
    MARKS,
    """
    comma: comma
    stop: period | full stop
    question: question mark
    exclamation: exclamation mark | exclamation point
    colon: colon
    semicolon: semicolon | semi colon
    ellipsis: ellipsis | dot dot dot
    percent: percent sign
    open quote: open quote | open quotes | begin quote | open quotation mark
    open quote: open quotation marks | left quote
    close quote: close quote | close quotes | end quote | close quotation mark
    close quote: close quotation marks | right quote
    open round: open parenthesis | open parentheses | open paren | left parenthesis
    open round: left paren | open round bracket
    close round: close parenthesis | close parentheses | close paren | right parenthesis | right paren
    close round: close round bracket
    open square: open bracket | open square bracket | left bracket | left square bracket
    close square: close bracket | close square bracket | right bracket | right square bracket
    open curly: open brace | open curly bracket | open curly brace | left brace
    close curly: close brace | close curly bracket | close curly brace | right brace
    hash: hash sign | number sign
    hyphen: hyphen
    slash: slash | forward slash
    backslash: backslash | back slash
    underscore: underscore
    at: at sign
    em dash: em dash
    dash: dash | en dash
    ampersand: ampersand | and sign
    plus: plus sign
    equals: equals sign | equal sign
    asterisk: asterisk
    line: new line | newline
    paragraph: new paragraph
    scratch: scratch that | strike that
    scratch alone: delete that | undo that
    """,
    prose="""period of time | time period | trial period | grace period
    | notice period | period piece | period drama
    | period pain | oxford comma | serial comma | colon cancer | dash of
    | slash and burn | dash cam | 100 meter dash
    | 100 metre dash | comma separated | comma delimited | slash command | slash commands
    | to slash | slash prices | slash costs
    | to dash | must dash | to underscore""",
    articles="a an the my your our their its every each another any per",
    adjectives="""long short brief new old same whole entire single double
    trial certain given limited fixed next last
    first second third final trailing leading missing extra forward inverted serial time transition""",
    talk="""i to can could would will should must might may we they t ll d
    not never let gotta""",
    literal="literal",
    decimal=".",
)
_GERMAN_TABLE = table(
    GERMAN_MARKS,
    """
    comma: komma | beistrich
    stop: punkt
    question: fragezeichen
    exclamation: ausrufezeichen | ausrufungszeichen | rufzeichen
    colon: doppelpunkt
    semicolon: semikolon | strichpunkt
    ellipsis: auslassungspunkte | drei punkte | punkt punkt punkt
    percent: prozentzeichen
    open quote: anführungszeichen auf | anführungszeichen unten | anführungsstriche unten
    open quote: anführungszeichen öffnen
    close quote: anführungszeichen zu | anführungszeichen oben | anführungsstriche oben
    close quote: anführungszeichen schließen
    open round: klammer auf | runde klammer auf
    close round: klammer zu | runde klammer zu
    open square: eckige klammer auf
    close square: eckige klammer zu
    open curly: geschweifte klammer auf
    close curly: geschweifte klammer zu
    hash: rautezeichen | raute zeichen
    hyphen: bindestrich
    slash: schrägstrich
    backslash: rückwärtsschrägstrich | backslash | umgekehrter schrägstrich
    underscore: unterstrich
    at: at zeichen | klammeraffe
    dash: gedankenstrich
    ampersand: und zeichen | kaufmännisches und
    plus: pluszeichen | plus zeichen
    equals: gleichheitszeichen | gleich zeichen
    asterisk: asterisk
    line: neue zeile
    paragraph: neuer absatz | neuen absatz
    scratch: streich das | streiche das
    scratch alone: lösch das | lösche das | rückgängig
    """,
    prose="""punkt für punkt | komma für komma | punkt um punkt | auf den punkt
    | schlag punkt | ohne punkt und komma
    | punkt und komma""",
    articles="""der den dem des die ein eine einen einem einer eines
    mein meinen meinem dein deinen deinem
    unser unseren unserem euer ihren ihrem seinen seinem
    kein keinen keinem jeder
    jeden jedem dieser diesen diesem zum beim vom am im""",
    adjectives="""erste ersten erster zweite zweiten zweiter dritte
    dritten nächste nächsten nächster letzte letzten
    letzter wichtige wichtigen wichtiger wichtigste wichtigsten springende wunde
    wunder wunden tote toten neue neuen
    neuer ganze ganzen offene offenen einzige einzigen einziger""",
    talk="ich wir bitte nicht du",
    literal="wörtlich",
)
_FRENCH_TABLE = table(
    FRENCH_MARKS,
    """
    comma: virgule
    stop: point | point final
    question: point d'interrogation | point d’interrogation
    exclamation: point d'exclamation | point d’exclamation
    colon: deux points
    semicolon: point virgule | point-virgule
    ellipsis: points de suspension | trois petits points
    percent: signe pourcent | signe pour cent
    open quote: ouvrez les guillemets | ouvrir les guillemets | ouvre les guillemets | guillemet ouvrant
    close quote: fermez les guillemets | fermer les guillemets | ferme les guillemets | guillemet fermant
    open round: ouvrez la parenthèse | ouvrir la parenthèse | ouvre la parenthèse | parenthèse ouvrante
    close round: fermez la parenthèse | fermer la parenthèse | ferme la parenthèse | parenthèse fermante
    open square: ouvrez le crochet | ouvrir le crochet | crochet ouvrant
    close square: fermez le crochet | fermer le crochet | crochet fermant
    open curly: ouvrez l'accolade | ouvrir l'accolade | accolade ouvrante
    close curly: fermez l'accolade | fermer l'accolade | accolade fermante
    hash: signe dièse | croisillon
    hyphen: trait d'union | trait d’union
    slash: barre oblique
    backslash: barre oblique inversée | antislash
    underscore: tiret bas | underscore
    at: arobase
    dash: tiret
    ampersand: esperluette
    plus: signe plus
    equals: signe égal
    asterisk: astérisque
    line: à la ligne | nouvelle ligne | retour à la ligne | allez à la ligne
    paragraph: nouveau paragraphe
    stop line: point à la ligne
    scratch: efface ça | effacez ça
    scratch alone: supprime ça | annule ça | annuler
    """,
    prose="""point de vue | point de départ | point de contact | point de rencontre
    | point de repère | point commun
    | point faible | point fort | point mort | point par point | mise au point | pêche à la ligne | à ce point
    | deux points de | point du jour""",
    articles="""le la les un une des du de d au aux à en ce cet cette ces
    mon ton son ma ta sa mes tes ses notre votre
    leur leurs chaque quel quelle par pour sur avec sans entre et ou que """,
    adjectives="dernier premier deuxième troisième seul nouveau bon certain autre grand petit gros même",
    talk="je tu on il elle nous vous ils elles pas que qui",
    literal="littéral | littéralement",
)
_SPANISH_TABLE = table(
    MARKS,
    """
    comma: coma
    stop: punto | punto final | punto y seguido
    question: signo de interrogación | cierra interrogación | cerrar interrogación | cierre de interrogación
    exclamation: signo de exclamación | cierra exclamación | cerrar exclamación | cierre de exclamación
    open question: abre interrogación | abrir interrogación
    open exclamation: abre exclamación | abrir exclamación
    colon: dos puntos
    semicolon: punto y coma
    ellipsis: puntos suspensivos
    percent: signo de porcentaje
    open quote: abre comillas | abrir comillas
    close quote: cierra comillas | cerrar comillas
    open round: abre paréntesis | abrir paréntesis
    close round: cierra paréntesis | cerrar paréntesis
    open square: abre corchetes | abrir corchetes | abre corchete | abrir corchete
    close square: cierra corchetes | cerrar corchetes | cierra corchete | cerrar corchete
    open curly: abre llaves | abrir llaves | abre llave | abrir llave
    close curly: cierra llaves | cerrar llaves | cierra llave | cerrar llave
    hash: almohadilla
    hyphen: guion | guión
    slash: barra inclinada | barra diagonal
    backslash: barra invertida
    underscore: guion bajo | guión bajo
    at: arroba
    em dash: raya
    ampersand: signo et
    plus: signo más
    equals: signo igual
    asterisk: asterisco
    line: nueva línea
    paragraph: nuevo párrafo
    stop paragraph: punto y aparte
    scratch: borra eso | borrar eso
    scratch alone: elimina eso | deshacer | bórralo
    """,
    prose="""punto de vista | punto de partida | punto de encuentro | punto de referencia | punto de inflexión
    | punto por punto | punto débil | punto fuerte | punto muerto | en este punto | a este punto | a tal punto
    | cierto punto | qué punto | punto medio | punto com""",
    articles="""el la los las un una unos unas al del de a en con sin por para
    sobre entre y o que mi tu su mis tus sus
    nuestro nuestra cada este """,
    adjectives="primer segundo tercer último nuevo mismo único buen gran cierto solo",
    talk="no que yo se para a puedo puedes quiero",
    literal="literal",
)
_PORTUGUESE_TABLE = table(
    MARKS,
    """
    comma: vírgula
    stop: ponto | ponto final
    question: ponto de interrogação | sinal de interrogação
    exclamation: ponto de exclamação | sinal de exclamação
    colon: dois pontos
    semicolon: ponto e vírgula
    ellipsis: reticências
    percent: sinal de porcentagem | sinal de percentagem
    open quote: abre aspas | abrir aspas
    close quote: fecha aspas | fechar aspas
    open round: abre parênteses | abrir parênteses | abre parêntese | abrir parêntese
    close round: fecha parênteses | fechar parênteses | fecha parêntese | fechar parêntese
    open square: abre colchetes | abrir colchetes | abre colchete | abrir colchete
    close square: fecha colchetes | fechar colchetes | fecha colchete | fechar colchete
    open curly: abre chaves | abrir chaves | abre chave | abrir chave
    close curly: fecha chaves | fechar chaves | fecha chave | fechar chave
    hash: cerquilha
    hyphen: hífen
    slash: barra inclinada
    backslash: barra invertida
    underscore: underline | traço inferior
    at: arroba
    dash: travessão
    ampersand: e comercial
    plus: sinal de mais
    equals: sinal de igual
    asterisk: asterisco
    line: nova linha
    paragraph: novo parágrafo
    stop paragraph: ponto parágrafo
    scratch: apaga isso | apague isso
    scratch alone: exclua isso | desfazer | desfaz isso
    """,
    prose="""ponto de vista | ponto de partida | ponto de encontro | ponto de referência | ponto de ônibus
    | ponto a ponto | ponto fraco | ponto forte | ponto morto | a este ponto | a esse ponto | a tal ponto
    | certo ponto | que ponto | ponto com""",
    articles="""o a os as um uma uns umas ao à do da dos das no na nos nas
    de em com sem por para sobre entre e ou que
    meu minha teu tua seu sua nosso nossa cada este neste nesse""",
    adjectives="primeiro segundo terceiro último novo mesmo único bom grande certo só",
    talk="não que eu se para a posso pode quero",
    literal="literal",
)
_ITALIAN_TABLE = table(
    MARKS,
    """
    comma: virgola
    stop: punto | punto fermo
    question: punto interrogativo | punto di domanda
    exclamation: punto esclamativo
    colon: due punti
    semicolon: punto e virgola
    ellipsis: puntini di sospensione | tre puntini
    percent: segno di percentuale
    open quote: apri virgolette | aperte virgolette | virgolette aperte
    close quote: chiudi virgolette | chiuse virgolette | virgolette chiuse
    open round: apri parentesi | aperta parentesi | parentesi aperta
    close round: chiudi parentesi | chiusa parentesi | parentesi chiusa
    open square: apri parentesi quadra | aperta parentesi quadra
    close square: chiudi parentesi quadra | chiusa parentesi quadra
    open curly: apri parentesi graffa | aperta parentesi graffa
    close curly: chiudi parentesi graffa | chiusa parentesi graffa
    hash: cancelletto
    hyphen: trattino
    slash: barra obliqua
    backslash: barra rovesciata | barra inversa
    underscore: trattino basso
    at: chiocciola
    dash: lineetta
    ampersand: e commerciale
    plus: segno più
    equals: segno uguale
    asterisk: asterisco
    line: a capo | nuova riga | vai a capo
    paragraph: nuovo paragrafo
    stop line: punto e a capo | punto a capo
    scratch: cancella questo | cancella tutto questo
    scratch alone: elimina questo | annulla
    """,
    prose="""punto di vista | punto di partenza | punto di riferimento | punto di svolta | punto di incontro
    | punto per punto | punto debole | punto forte | punto morto | a questo punto | a quel punto | a tal punto
    | certo punto | che punto | a capo di | a capo del | a capo della | a capo dei | andare a capo | punto com
    | virgola mobile""",
    articles="""il lo la i gli le un uno una al allo alla ai agli
    alle del dello della dei degli delle dal dalla nel
    nello nella sul sulla di a da in con su per tra fra e o che
    mio mia tuo tua suo sua nostro nostra ogni
    questo quel qualche nessun""",
    adjectives="primo secondo terzo ultimo nuovo stesso unico buon grande certo solo",
    talk="non che io si per di posso puoi voglio",
    literal="letterale | letteralmente",
)
_CHINESE_TABLE = table(
    CHINESE_MARKS,
    """
    comma: 逗号 | 逗號
    enumeration: 顿号 | 頓號
    stop: 句号 | 句號
    question: 问号 | 問號
    exclamation: 感叹号 | 感嘆號 | 叹号 | 惊叹号 | 驚嘆號
    colon: 冒号 | 冒號
    semicolon: 分号 | 分號
    ellipsis: 省略号 | 刪節號 | 省略號
    percent: 百分号 | 百分號
    dash: 破折号 | 破折號
    hyphen: 连字符 | 連字號
    slash: 斜杠 | 斜線符號
    middle dot: 间隔号 | 間隔號
    open quote: 左引号 | 上引号 | 前引号 | 开引号 | 左引號 | 上引號 | 前引號
    close quote: 右引号 | 下引号 | 后引号 | 关引号 | 右引號 | 下引號 | 後引號
    open round: 左括号 | 前括号 | 开括号 | 左括號 | 前括號
    close round: 右括号 | 后括号 | 关括号 | 右括號 | 後括號
    open title: 左书名号 | 前书名号 | 左書名號
    close title: 右书名号 | 后书名号 | 右書名號
    line: 换行 | 換行 | 另起一行
    paragraph: 新段落 | 另起一段 | 换段 | 換段
    scratch: 删掉这句 | 删除这句 | 刪掉這句 | 刪除這句
    scratch alone: 撤销 | 撤銷 | 撤回 | 删掉 | 刪掉
    """,
    prose="换行符 | 换行键 | 換行符 | 分号键",
    articles="个 個 的 这 這 那 用 加 打 是 种 種",
    literal="字面",
)
_JAPANESE_TABLE = table(
    JAPANESE_MARKS,
    """
    comma: 読点
    stop: 句点
    question: 疑問符 | はてなマーク | クエスチョンマーク
    exclamation: 感嘆符 | びっくりマーク | エクスクラメーションマーク
    colon: コロン
    semicolon: セミコロン
    ellipsis: 三点リーダー | 三点リーダ
    percent: パーセント記号
    dash: ダッシュ記号
    hyphen: ハイフン
    slash: スラッシュ
    middle dot: 中黒
    at: アットマーク
    open quote: 鉤括弧開く | かぎ括弧開く | かぎかっこ開く | カギ括弧開く
    open quote: カギカッコ開く | 鉤括弧開き | かぎ括弧開き
    close quote: 鉤括弧閉じる | かぎ括弧閉じる | かぎかっこ閉じる | カギ括弧閉じる
    close quote: カギカッコ閉じる | 鉤括弧閉じ
    close quote: かぎ括弧閉じ
    open double: 二重鉤括弧開く | 二重かぎ括弧開く | 二重かぎかっこ開く
    close double: 二重鉤括弧閉じる | 二重かぎ括弧閉じる | 二重かぎかっこ閉じる
    open round: 括弧開く | かっこ開く | カッコ開く | 括弧開き | かっこ開き
    close round: 括弧閉じる | かっこ閉じる | カッコ閉じる | 括弧閉じ | かっこ閉じ
    line: 改行
    paragraph: 新しい段落 | 改段落
    scratch: 今のなし | 今の取り消し | 今のは取り消し
    scratch alone: 取り消し | 元に戻す
    """,
    prose="""改行する | 改行して | 改行した | 改行しま | 改行しな | 改行を | 改行が
    | 改行は | 改行の | 改行コード | 改行も
    | 改行文字 | 改行され | 句読点 | 句点を | 句点が | 句点は | 句点の
    | 読点を | 読点が | 読点は | 読点の | 疑問符を
    | 疑問符が | 感嘆符を | 感嘆符が | 新しい段落を | 新しい段落が
    | 新しい段落の | 新しい段落に | 今のなしで""",
    articles="の",
    literal="文字どおり | 文字通り",
)

TABLES: Mapping[str, Table] = {
    "en": _ENGLISH_TABLE,
    "de": _GERMAN_TABLE,
    "fr": _FRENCH_TABLE,
    "es": _SPANISH_TABLE,
    "pt": _PORTUGUESE_TABLE,
    "it": _ITALIAN_TABLE,
    "zh": _CHINESE_TABLE,
    "ja": _JAPANESE_TABLE,
}
