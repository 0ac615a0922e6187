"""Commands in Spanish and Portuguese. Pure data.

`contexts.py` explains the form of the contexts, in which the name of a mark is prose.
"""

from __future__ import annotations

from saywrite.text.spoken_punctuation.marks import (
    MARKS,
    NumberRules,
    ScratchRules,
    Table,
    addresses_of,
    marks_of,
    phrases_of,
    words_of,
)

_SPANISH_CLASSES = {
    "det": """el la los las un una unos unas al del de a en con sin por para sobre entre y o que mi tu su mis
        tus sus nuestro nuestra cada este esta ese esa aquel aquella estos estas esos esas cualquier algún ningún qué
        cuyo desde hasta según""",
    "plural": """los las unos unas del al de a en con sin por para sobre entre y o mis tus sus estos estas esos esas
        desde
    hasta según""",
    "adj": """primer primera segundo segunda tercer tercera último última nuevo nueva mismo misma único buen
        gran cierto solo próximo mal pequeño mayor mejor""",
    "hour": """1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 cero uno un una dos tres cuatro cinco seis
        siete ocho nueve diez once doce veinte""",
    "restart": """hecho todos todas nuevo acuerdo momento verdad nada repente esta este ahí modo""",
    "having": """tiene tienen tengo tenemos ganó ganaron gana perdió pierde marcó anotó sumó suma son hay faltan
        quedan sacó dieron dio dan pusieron puso ponen subió bajó cayó lleva llevan suman aventaja obtuvo consiguió
        necesita necesitan le les vale valen toca tratar trataron cosieron""",
    "announces": """lugar ejemplo siguiente siguientes dijo dice nota asunto fecha hora dirección pregunta respuesta
        título tema""",
}
_SPANISH_CONTEXTS = """
@det [*-dos puntos/barra inclinada/barra diagonal]
la/una/esta/de/con/sin [barra inclinada/barra diagonal]
@plural [dos puntos]
@det @adj [punto/coma/guion/guión/raya/dos puntos/punto y coma/asterisco/almohadilla/nueva línea/nuevo párrafo]
[punto] de !@restart
[punto] del/débil/fuerte/muerto/importante/clave/crítico/central/principal/esencial/fundamental/negativo/positivo/común
[punto] ciego/álgido/crucial/decisivo/cardinal/medio/neurálgico/intermedio
[punto] @hour de/del/dice/trata/es/se
cierto/qué/buen/mal/otro [punto]
@having [dos puntos]
!@announces [dos puntos] en/de/del/por/sobre/más/menos/porcentuales/arriba/abajo/básicos/importantes/cardinales/clave
quiere/cuando/aunque/nunca/ojalá/usted/se/lo [coma]
no [coma] eso/esto/tanto/nada/más/mucho/mucha/carne/pan/así/tan/demasiado/azúcar
[coma] inducido/diabético/etílico/profundo/decimal/vigil/flotante/algo/carne/verdura/fruta
[guion/guión] de/del/original/cinematográfico/técnico/adaptado/@having
[raya] del/de/blanca/roja/continua/vertical
[almohadilla] de/del/eléctrica/térmica
[nueva línea] de/del/editorial/aérea/telefónica/roja/@hour
[nuevo párrafo] de/del
[asterisco] del/de/rojo
"""
SPANISH = Table(
    marks_of(
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
    ),
    phrases_of("literal"),
    scratch=ScratchRules(
        verbs_before=words_of("""no que yo se para a puedo puedes quiero y me te debes hay"""),
        objects=words_of(
            """de del que con en la lo antes por completo cuando porque inmediatamente ahora también tan mismo y"""
        ),
        restarts=words_of(
            """lunes martes miércoles jueves viernes sábado domingo yo tú él ella nosotros ellos un una
                no mejor mañana hoy escribe pon sino perdón"""
        ),
    ),
    numbers=NumberRules(
        points={"coma": ",", "punto": ".", "dos puntos": ":"},
        decimals=words_of("coma punto"),
        words=words_of(
            """cero uno un una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce
                quince veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien mil"""
        ),
    ),
    addresses=addresses_of(
        "",
        "punto",
        more="mx ar",
        never="""el la los las un una al del de a en con mi tu su cada este esta""",
        compounds="",
    ),
    prose=phrases_of("""punto de vista | punto de partida | punto de encuentro | punto de referencia | punto de
        inflexión
    | punto por punto | punto débil | punto fuerte | punto muerto | en este punto | a este punto | a tal punto
    | cierto punto | qué punto | punto medio"""),
    contexts=_SPANISH_CONTEXTS,
    classes=_SPANISH_CLASSES,
)

_PORTUGUESE_CLASSES = {
    "det": """o a os as um uma uns umas ao à aos às do da dos das no na nos nas num numa pelo pela de em com
        sem por para sobre entre e ou que meu minha teu tua seu sua nosso nossa cada este esta esse essa aquele aquela
        neste nesse nesta nessa deste desse qualquer algum nenhum esses estes desde até qual""",
    "plural": """os as uns umas aos dos nos de em com sem por para sobre entre e ou esses estes desde até""",
    "adj": """primeiro primeira segundo segunda terceiro terceira último última novo nova mesmo mesma único bom grande
        certo
    só próximo mau pequeno maior melhor""",
    "hour": """1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 zero um uma dois duas três quatro cinco seis
        sete oito nove dez onze doze vinte""",
    "restart": """fato novo qualquer repente acordo nada verdade resto onde certa""",
    "having": """tem têm tenho temos ganhou ganharam perdeu perde marcou marcaram somou soma são há faltam restam
        levou levaram
    deram deu subiu caiu vale valem fez fizeram precisa precisam""",
    "announces": """lugar exemplo seguinte seguintes disse diz nota assunto data hora endereço pergunta resposta
        título tema""",
}
_PORTUGUESE_CONTEXTS = """
@det [*-dois pontos/barra inclinada]
a/uma/esta/da/de/com/sem [barra inclinada]
@plural [dois pontos]
@det @adj [ponto/vírgula/hífen/travessão/dois pontos/ponto e vírgula/asterisco/nova linha/novo parágrafo]
[ponto] de !@restart
[ponto] do/da/fraco/forte/morto/importante/chave/crítico/central/principal/essencial/fundamental/negativo/positivo/comum
[ponto] cego/alto/crucial/decisivo/médio/turístico/eletrônico/facultativo
[ponto] @hour da/do/de/diz/trata
outro/certo/que/bom/mau/bate/bater/batem [ponto]
@having [dois pontos]
!@announces [dois pontos] em/de/do/da/no/na/por/sobre/percentuais/acima/abaixo/importantes/cardeais/atrás
[vírgula] flutuante/decimal
[nova linha] de/do/da/editorial/aérea/telefônica/férrea/@hour
[novo parágrafo] do/da/de/único
[travessão] do/da/de/superior
[cerquilha/asterisco] do/da
"""
PORTUGUESE = Table(
    marks_of(
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
    ),
    phrases_of("literal"),
    scratch=ScratchRules(
        verbs_before=words_of("""não que eu se para a posso pode quero e você me nunca"""),
        objects=words_of("""da do de que com no na antes por quando porque agora também tudo mesmo e aí"""),
        restarts=words_of(
            """segunda terça quarta quinta sexta sábado domingo eu tu ele ela nós eles um uma não
                melhor amanhã hoje escreve mas desculpa"""
        ),
    ),
    numbers=NumberRules(
        points={"vírgula": ",", "ponto": ".", "dois pontos": ":"},
        decimals=words_of("vírgula ponto"),
        words=words_of(
            """zero um uma dois duas três quatro cinco seis sete oito nove dez onze doze treze quatorze
                quinze vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem mil"""
        ),
    ),
    addresses=addresses_of(
        "",
        "ponto",
        more="br pt",
        words="com",
        never="""o a os as um uma ao à do da no na de em com meu minha seu sua cada este esta""",
        compounds="",
    ),
    prose=phrases_of("""ponto de vista | ponto de partida | ponto de encontro | ponto de referência | ponto de ônibus
    | ponto a ponto | ponto fraco | ponto forte | ponto morto | a este ponto | a esse ponto | a tal ponto
    | certo ponto | que ponto"""),
    contexts=_PORTUGUESE_CONTEXTS,
    classes=_PORTUGUESE_CLASSES,
)
