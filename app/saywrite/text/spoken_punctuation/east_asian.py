"""Commands in Chinese and Japanese. Pure data.

`contexts.py` explains the form of the contexts, in which the name of a mark is prose.
"""

from __future__ import annotations

from saywrite.text.spoken_punctuation.marks import (
    CHINESE_MARKS,
    JAPANESE_MARKS,
    NumberRules,
    ScratchRules,
    Table,
    addresses_of,
    marks_of,
    phrases_of,
    words_of,
)

_CHINESE_BEFORE = tuple(
    words_of(
        """一个 两个 三个 几个 多个 每个 一個 兩個 幾個 每個 掉这个 删这个 把这个 看这个 把那个 把 打
            打上 种 種 半角 全角 自动 自動 手动 手動 输入 輸入 插入 使用 什么 什麼 忘了 了写 没写 要写 该写 别写 忘写
            叫做 缺少 少了 漏了 里没有 中没有 中的 后的 間的 间的 多余的 多餘的 最后的 最後的 中文的 英文的 里的 裡的
            应该是 應該是
            这是 這是 而是 要用 该用 該用 改用 都用 别用 別用 是用 会用 會用 爱用 能用 前用 后用 里用 处用 间用 要加
            里加 后加 前加 上加 别加 再加 添加 该加 改成 改为 改為 写成 寫成 换成 換成 删除 刪除 去掉 英文 中文"""
    )
)
"""Letters directly before a name: a verb whose object it is, a determiner, a preposition."""
_CHINESE_BEHIND = tuple(
    words_of(
        """后面 後面 前面 之后 之後 之前 前后 前後 的 用错 用錯 应该放 应该用 应该改 應該放 應該用 太多
            和句 和逗 和问 和分 和冒 和顿 与句 与逗 或句 或逗 表示 用于 用於 用来 用來 键 鍵 符 里 裡 以及 在哪 了 得
            吗 嗎 是用 是表 是什么 是半角 是多 是错 是对 是不 是全角 是英文 是中文 改成 改为 换成 可以省 可以用 可以表
            通常用 通常放 一般用 一般放 怎么打 怎么写 怎么用 分隔 分开 結尾 结尾 开头 開頭 时 時 处"""
    )
)
"""Letters directly behind a name: a verb whose subject it is, a suffix, a particle."""

CHINESE = Table(
    marks_of(
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
    ),
    phrases_of("字面"),
    scratch=ScratchRules(
        objects=words_of("话 里 的 中"),
        restarts=words_of("星 周 我 你 他 她 它 这 那 不 明 今 请 改 还"),
    ),
    numbers=NumberRules(points={"点": "."}),
    addresses=addresses_of("点 | 點", ""),
    prose=phrases_of(
        """不要换行 | 需要换行 | 怎么换行 | 如何换行 | 可以换行 | 不会换行 | 没有换行 | 请换行 | 换行时
            | 换行后 | 换行显示 | 换行功能 | 自动换行 | 換行時 | 不要換行 | 需要換行 | 如何換行 | 怎麼換行 | 换行符 |
            换行键 | 換行符 | 分号键 | 换行了吗 | 自动换行 | 冒号键"""
    ),
    before=_CHINESE_BEFORE,
    behind=_CHINESE_BEHIND,
)

_JAPANESE_BEFORE = tuple(words_of("""の この その あの どの 各 全角 半角 自動 手動 毎回 余分な 不要な 必要な 新しい"""))
"""Letters directly before a name: a particle or a determiner of it."""
_JAPANESE_BEHIND = tuple(
    words_of(
        """を がある があり がな が多 が少 が必 が入 が足 が抜 が見 が間 が付 がつ が一 が二 が三 は使
            は要 は不 は必 は文 は半 は全 は何 はどこ はどう はいら はあり はここ はつけ は付 は入 は打 は省 の後 の前
            の位置 の使 の代 の間 の数 の打 の場 の入 の意 のあと のとこ の多 の方 の違 の設 に注 に変 になる になり
            にする にして と句 とセ とコ とハ とス と読 と改 と括 と入 と書 として という も忘 も入 も打 も必 も使
            や読 や句 で区 で終
            で始 で分 で改 する した してくだ してか して、 します しました しない しなく すれば せずに され させ
            などの などを までの だけ キー 位置 部分 方法 なしで 以外 ごとに 付きの です だった じゃな"""
    )
)
"""Letters directly behind a name: particles and verb endings of a noun."""

JAPANESE = Table(
    marks_of(
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
    ),
    phrases_of("文字どおり | 文字通り"),
    scratch=ScratchRules(restarts=words_of("月 火 水 木 金 土 日 私 僕 彼 明 今 次 あ い")),
    numbers=NumberRules(points={"点": "."}),
    addresses=addresses_of("ドット", ""),
    prose=phrases_of("句読点 | 改行コード | 改行文字 | 改行キー | 句点間 | 中黒点"),
    before=_JAPANESE_BEFORE,
    behind=_JAPANESE_BEHIND,
)
