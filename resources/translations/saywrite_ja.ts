<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja_JP" sourcelanguage="en_US">
<context>
    <name>Saywrite</name>
    <message>
        <source> ({open_device} is open all the time)</source>
        <translation> ({open_device}は常に開いています)</translation>
    </message>
    <message>
        <source> ({times} times)</source>
        <translation> ({times}回)</translation>
    </message>
    <message>
        <source> It is in use: until a model is here again, your words are recorded and written later.</source>
        <translation> 使用中のモデルです。次のモデルが用意されるまで、話した内容は録音され、後で文字になります。</translation>
    </message>
    <message>
        <source>&amp;About Saywrite</source>
        <translation>Saywriteについて(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Add files…</source>
        <translation>ファイルを追加(&amp;A)…</translation>
    </message>
    <message>
        <source>&amp;Add keyword</source>
        <translation>キーワードを追加(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;aiOla</source>
        <translation>aiOla(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Always write as…</source>
        <translation>常にこの表記にする(&amp;A)…</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>適用(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>戻る(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Before and after</source>
        <translation>前後の比較(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>キャンセル(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>コピー(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Copy this translation</source>
        <translation>この翻訳をコピー(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;CSV table</source>
        <translation>CSV表(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>削除(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Details…</source>
        <translation>詳細(&amp;D)…</translation>
    </message>
    <message>
        <source>&amp;Dictation</source>
        <translation>音声入力(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>破棄(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Done</source>
        <translation>完了(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>編集(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>書き出す(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>書き出す(&amp;E)…</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>ファイル(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Find…</source>
        <translation>検索(&amp;F)…</translation>
    </message>
    <message>
        <source>&amp;First steps…</source>
        <translation>最初の設定(&amp;F)…</translation>
    </message>
    <message>
        <source>&amp;Forget suggestion</source>
        <translation>候補を忘れる(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Hands-free</source>
        <translation>ハンズフリー(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Hear</source>
        <translation>再生(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>ヘルプ(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Hide</source>
        <translation>隠す(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;History…</source>
        <translation>履歴(&amp;H)…</translation>
    </message>
    <message>
        <source>&amp;Insert again</source>
        <translation>もう一度挿入(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;JSON</source>
        <translation>JSON(&amp;J)</translation>
    </message>
    <message>
        <source>&amp;Keep editing</source>
        <translation>編集を続ける(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Keep it</source>
        <translation>そのまま残す(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts…</source>
        <translation>ショートカットキー(&amp;K)…</translation>
    </message>
    <message>
        <source>&amp;Keywords</source>
        <translation>キーワード(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>言語(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Look for microphones</source>
        <translation>マイクを探す(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Markdown</source>
        <translation>Markdown(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Microphone</source>
        <translation>マイク(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>モデル(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation>モデル(&amp;M)…</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>次へ(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>貼り付け(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>終了(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Quit Saywrite</source>
        <translation>Saywriteを終了(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Recognizer</source>
        <translation>認識エンジン(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>やり直す(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Remove finished</source>
        <translation>完了した項目を取り除く(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Replace</source>
        <translation>置き換える(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Replace it in the text now {where}</source>
        <translation>テキスト内も今すぐ置き換える(&amp;R) – {where}</translation>
    </message>
    <message>
        <source>&amp;Replace…</source>
        <translation>置き換える(&amp;R)…</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>保存(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Save audio…</source>
        <translation>音声を保存(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Save the text beside each file, as</source>
        <translation>各ファイルの隣にテキストを保存(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Select all</source>
        <translation>すべて選択(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>設定(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>開始(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>停止(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;SubRip subtitles</source>
        <translation>SubRip字幕(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Switch to {name}</source>
        <translation>{name}に切り替え(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>接続をテスト(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;This computer</source>
        <translation>このコンピューター(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Transcribe</source>
        <translation>文字起こし(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Transcribe a file…</source>
        <translation>ファイルを文字起こし(&amp;T)…</translation>
    </message>
    <message>
        <source>&amp;Transcribe again</source>
        <translation>もう一度文字起こし(&amp;T)</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Try on my last {n} dictations</source>
        <extracomment>Singular: &amp;Try on my last dictation</extracomment>
        <translation>
            <numerusform>直近{n}件の音声入力で試す(&amp;T)</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>元に戻す(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Unlock…</source>
        <translation>ロックを解除(&amp;U)…</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>表示(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Waveform</source>
        <translation>波形(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;WebVTT subtitles</source>
        <translation>WebVTT字幕(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;What's new…</source>
        <translation>新機能(&amp;W)…</translation>
    </message>
    <message>
        <source>&amp;write</source>
        <translation>こう書く(&amp;W)</translation>
    </message>
    <message>
        <source>(it is not in the text)</source>
        <translation>テキストにはありません</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>, clipped: too loud. Move away from the microphone or lower its level. Click to reset.</source>
        <translation>、音割れ: 音が大きすぎます。マイクから離れるか、マイクの音量レベルを下げてください。クリックで表示をリセットします。</translation>
    </message>
    <message>
        <source>, files verified</source>
        <translation>、ファイル検証済み</translation>
    </message>
    <message numerus="yes">
        <source>, {n:,} files waiting</source>
        <extracomment>Singular: , {n:,} file waiting</extracomment>
        <translation>
            <numerusform>、待機中のファイル{n:,}件</numerusform>
        </translation>
    </message>
    <message>
        <source>. </source>
        <translation>。</translation>
    </message>
    <message>
        <source>1</source>
        <translation>1</translation>
    </message>
    <message>
        <source>1 min to 10 min</source>
        <translation>1～10分</translation>
    </message>
    <message>
        <source>10 s to 1 min</source>
        <translation>10秒～1分</translation>
    </message>
    <message>
        <source>: </source>
        <translation>: </translation>
    </message>
    <message>
        <source>; </source>
        <translation>、</translation>
    </message>
    <message>
        <source>A dictation is running.</source>
        <translation>音声入力の実行中です。</translation>
    </message>
    <message>
        <source>A dotted underline marks words that this computer heard differently. Alt+W swaps them.</source>
        <translation>点線の下線は、このコンピューターが別の言葉に聞き取った語を示します。Alt+Wで入れ替えます。</translation>
    </message>
    <message>
        <source>A folder or an https address with the model files. Leave it empty for the official source.</source>
        <translation>モデルのファイルがあるフォルダーまたはhttpsアドレスです。公式の配布元を使う場合は空のままにします。</translation>
    </message>
    <message>
        <source>A hands-free dictation ends then, and Saywrite waits for the phrase again.</source>
        <translation>この時間だけ無音が続くと、ハンズフリーの音声入力は終了し、Saywriteは再び合図の言葉を待ちます。</translation>
    </message>
    <message>
        <source>A key is saved</source>
        <translation>キーは保存されています</translation>
    </message>
    <message>
        <source>A key or token of {secret} characters cannot be saved.</source>
        <translation>{secret}文字のキーまたはトークンは保存できません。</translation>
    </message>
    <message>
        <source>A key such as Ctrl, Alt or Shift stayed down, so nothing was undone.</source>
        <translation>Ctrl、Alt、Shiftなどのキーが押されたままだったため、何も元に戻しませんでした。</translation>
    </message>
    <message>
        <source>A key such as Ctrl, Alt or Shift stayed down, so the text was not inserted.</source>
        <translation>Ctrl、Alt、Shiftなどのキーが押されたままだったため、テキストを挿入しませんでした。</translation>
    </message>
    <message>
        <source>A longer sentence is written in parts.</source>
        <translation>これより長い文は分割して書き取ります。</translation>
    </message>
    <message>
        <source>A menu, a dialog or the screen lock holds the keyboard, so the text was not inserted.</source>
        <translation>メニュー、ダイアログ、または画面ロックがキーボード入力を受けているため、テキストを挿入しませんでした。</translation>
    </message>
    <message>
        <source>A name cannot contain \ / : * ? " &lt; &gt; or |.</source>
        <translation>名前に次の文字は使えません: \ / : * ? " &lt; &gt; |</translation>
    </message>
    <message>
        <source>A new connection is tried.</source>
        <translation>新しい接続を試みます。</translation>
    </message>
    <message>
        <source>A new token is fetched; if you use a token of your own, check it in {settings}.</source>
        <translation>新しいトークンを取得します。自分のトークンを使っている場合は、{settings}で確認してください。</translation>
    </message>
    <message>
        <source>A recording was not recognized: {reason}</source>
        <translation>録音を認識できませんでした: {reason}</translation>
    </message>
    <message>
        <source>A screen reader reads</source>
        <translation>スクリーンリーダーの読み上げ</translation>
    </message>
    <message>
        <source>A sentence is sent after a pause of this length.</source>
        <translation>この長さの間隔が空くと、文を送信します。</translation>
    </message>
    <message>
        <source>A shorter sound is ignored.</source>
        <translation>これより短い音は無視します。</translation>
    </message>
    <message>
        <source>A small panel with your words above all windows. It is not available on Wayland.</source>
        <translation>話した内容を、すべてのウィンドウの手前の小さなパネルに表示します。Waylandでは利用できません。</translation>
    </message>
    <message>
        <source>A sound at the end of a dictation, and when something fails.</source>
        <translation>音声入力の終わりと、問題が起きたときに効果音を鳴らします。</translation>
    </message>
    <message>
        <source>A stream can be opened at {host}.</source>
        <translation>{host}でストリームを開けます。</translation>
    </message>
    <message>
        <source>A text that follows another one begins with a space, until you press a key or click.</source>
        <translation>続けて挿入するテキストは、先頭に空白が付きます。キーを押すかクリックした後は付きません。</translation>
    </message>
    <message>
        <source>A value of the command is not a short text.</source>
        <translation>コマンドの値が短いテキストではありません。</translation>
    </message>
    <message>
        <source>A web page answered instead of {host}.</source>
        <translation>{host}の代わりにWebページが応答しました。</translation>
    </message>
    <message>
        <source>a while</source>
        <translation>しばらく</translation>
    </message>
    <message>
        <source>A&amp;dd keyword</source>
        <translation>キーワードを追加(&amp;D)</translation>
    </message>
    <message>
        <source>About Saywrite</source>
        <translation>Saywriteについて</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>アクセストークン</translation>
    </message>
    <message>
        <source>accessibility orca</source>
        <translation>アクセシビリティ 読み上げ orca</translation>
    </message>
    <message>
        <source>Accurate, in eight languages. What you say is sent to aiOla's service.</source>
        <translation>高精度で、8言語に対応します。話した内容はaiOlaのサービスに送信されます。</translation>
    </message>
    <message>
        <source>Accurate: what you say is sent to aiOla's service. Needs a network and an API key.</source>
        <translation>高精度: 話した内容はaiOlaのサービスに送信されます。ネットワークとAPIキーが必要です。</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>追加</translation>
    </message>
    <message>
        <source>Add a keyword (Insert)</source>
        <translation>キーワードを追加 (Insert)</translation>
    </message>
    <message>
        <source>Add f&amp;older…</source>
        <translation>フォルダーを追加(&amp;O)…</translation>
    </message>
    <message>
        <source>Add to ~/.config/hypr/hyprland.conf</source>
        <translation>~/.config/hypr/hyprland.conf に追加</translation>
    </message>
    <message>
        <source>Add to ~/.config/sway/config, then run: swaymsg reload</source>
        <translation>~/.config/sway/config に追加してから実行: swaymsg reload</translation>
    </message>
    <message>
        <source>Add yourself to the group “audio” (sudo usermod -aG audio $USER) and log in again.</source>
        <translation>自分をグループ「audio」に追加し (sudo usermod -aG audio $USER)、ログインし直してください。</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>詳細設定</translation>
    </message>
    <message>
        <source>After:</source>
        <translation>変更後:</translation>
    </message>
    <message>
        <source>aiOla</source>
        <translation>aiOla</translation>
    </message>
    <message>
        <source>aiOla &amp;settings…</source>
        <translation>aiOlaの設定(&amp;S)…</translation>
    </message>
    <message>
        <source>aiOla account</source>
        <translation>aiOlaのアカウント</translation>
    </message>
    <message>
        <source>aiOla could not be reached</source>
        <translation>aiOlaに接続できませんでした</translation>
    </message>
    <message>
        <source>aiOla did not answer in time</source>
        <translation>aiOlaが時間内に応答しませんでした</translation>
    </message>
    <message>
        <source>aiOla does not answer.</source>
        <translation>aiOlaが応答しません。</translation>
    </message>
    <message>
        <source>aiOla has no text for a part of the dictation: that part is what the recognizer on this computer heard.</source>
        <translation>aiOlaには音声入力の一部のテキストがありません。その部分は、このコンピューターの認識エンジンが聞き取った内容です。</translation>
    </message>
    <message>
        <source>aiOla has no text for some words.</source>
        <translation>aiOlaには一部の言葉のテキストがありません。</translation>
    </message>
    <message>
        <source>aiOla needed longer than {seconds} s: the last sentences are what the recognizer on this computer heard.</source>
        <translation>aiOlaの処理が{seconds}秒を超えました。最後の文は、このコンピューターの認識エンジンが聞き取った内容です。</translation>
    </message>
    <message>
        <source>aiOla receives the sound but does not answer.</source>
        <translation>aiOlaは音声を受信していますが、応答しません。</translation>
    </message>
    <message>
        <source>aiOla writes while it can be reached; this computer takes over while it cannot. Needs an API key.</source>
        <translation>接続できる間はaiOlaが、接続できない間はこのコンピューターが書き取ります。APIキーが必要です。</translation>
    </message>
    <message>
        <source>aiOla's service could not be reached for {seconds:.0f} s.</source>
        <translation>{seconds:.0f}秒間、aiOlaのサービスに接続できませんでした。</translation>
    </message>
    <message>
        <source>aiOla's streaming service is not in this version of Saywrite.</source>
        <translation>このバージョンのSaywriteには、aiOlaのストリーミングサービスが含まれていません。</translation>
    </message>
    <message>
        <source>aiOla's text for an inserted dictation has arrived.</source>
        <translation>挿入済みの音声入力に対するaiOlaのテキストが届きました。</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>すべてのファイル (*)</translation>
    </message>
    <message>
        <source>All parts and their licenses</source>
        <translation>すべての構成要素とライセンス</translation>
    </message>
    <message>
        <source>Allow it in System Settings → Privacy &amp; Security → Microphone, then start Saywrite again.</source>
        <translation>「システム設定」→「プライバシーとセキュリティ」→「マイク」で許可してから、Saywriteをもう一度起動してください。</translation>
    </message>
    <message>
        <source>Allow Saywrite under System Settings &gt; Privacy &amp; Security &gt; Accessibility.</source>
        <translation>「システム設定」&gt;「プライバシーとセキュリティ」&gt;「アクセシビリティ」でSaywriteを許可してください。</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>常に</translation>
    </message>
    <message>
        <source>Always &amp;write as…</source>
        <translation>常にこの表記にする(&amp;W)…</translation>
    </message>
    <message>
        <source>Always write as</source>
        <translation>常にこの表記にする</translation>
    </message>
    <message>
        <source>An unknown program</source>
        <translation>不明なプログラム</translation>
    </message>
    <message>
        <source>Another program has already taken {chord}.</source>
        <translation>{chord}は、既に別のプログラムが使っています。</translation>
    </message>
    <message>
        <source>Another program is using the audio output.</source>
        <translation>別のプログラムが音声出力を使用しています。</translation>
    </message>
    <message>
        <source>Another program is using the microphone.</source>
        <translation>別のプログラムがマイクを使用しています。</translation>
    </message>
    <message>
        <source>Another program took the clipboard before it was certain that {program} had read the text.</source>
        <translation>{program}がテキストを読み取ったことを確認できる前に、別のプログラムがクリップボードを使いました。</translation>
    </message>
    <message>
        <source>Another program took the clipboard before the text was read.</source>
        <translation>テキストが読み取られる前に、別のプログラムがクリップボードを使いました。</translation>
    </message>
    <message>
        <source>Another window had the keyboard when you started.</source>
        <translation>開始したときは、別のウィンドウがキーボード入力を受けていました。</translation>
    </message>
    <message>
        <source>Another window has the focus now.</source>
        <translation>現在、別のウィンドウが前面にあります。</translation>
    </message>
    <message>
        <source>Any language</source>
        <translation>すべての言語</translation>
    </message>
    <message>
        <source>Any length</source>
        <translation>すべての長さ</translation>
    </message>
    <message>
        <source>Any program</source>
        <translation>すべてのプログラム</translation>
    </message>
    <message>
        <source>Any recognizer</source>
        <translation>すべての認識エンジン</translation>
    </message>
    <message>
        <source>API key</source>
        <translation>APIキー</translation>
    </message>
    <message>
        <source>API key of your aiOla account</source>
        <translation>aiOlaアカウントのAPIキー</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>外観</translation>
    </message>
    <message>
        <source>As it should be written</source>
        <translation>書きたい表記</translation>
    </message>
    <message>
        <source>As long as it takes</source>
        <translation>終わるまで待つ</translation>
    </message>
    <message>
        <source>Ask for read permission, or copy the file.</source>
        <translation>読み取りの許可を求めるか、ファイルをコピーしてください。</translation>
    </message>
    <message>
        <source>Ask that user or an administrator to remove it, or set XDG_RUNTIME_DIR to a folder of your own.</source>
        <translation>そのユーザーまたは管理者に削除を依頼するか、XDG_RUNTIME_DIRに自分のフォルダーを設定してください。</translation>
    </message>
    <message>
        <source>Ask whoever runs the proxy to allow this host, or choose another network.</source>
        <translation>プロキシの管理者にこのホストの許可を依頼するか、別のネットワークを選んでください。</translation>
    </message>
    <message>
        <source>Ask whoever runs your aiOla account to allow it.</source>
        <translation>aiOlaアカウントの管理者に許可を依頼してください。</translation>
    </message>
    <message>
        <source>Ask whoever runs your token address.</source>
        <translation>トークンアドレスの管理者に問い合わせてください。</translation>
    </message>
    <message>
        <source>asking for a token</source>
        <translation>トークンの取得</translation>
    </message>
    <message>
        <source>Assign one in the desktop's keyboard settings.</source>
        <translation>デスクトップのキーボード設定で割り当ててください。</translation>
    </message>
    <message>
        <source>at {at}</source>
        <translation>{at}の位置</translation>
    </message>
    <message>
        <source>Audio and video files (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;All files (*)</source>
        <translation>音声・動画ファイル (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;すべてのファイル (*)</translation>
    </message>
    <message>
        <source>audio retention delete</source>
        <translation>音声 オーディオ 保存期間 保持 削除 消去</translation>
    </message>
    <message>
        <source>autostart login minimized</source>
        <translation>自動起動 ログイン 最小化</translation>
    </message>
    <message>
        <source>B&amp;oth</source>
        <translation>両方(&amp;O)</translation>
    </message>
    <message>
        <source>Bar: half of all dictations were faster. Line: 95 of 100 were. The newest 1,000 dictations count.</source>
        <translation>棒: 音声入力の半数はこれより速く終わりました。線: 100件中95件はこれより速く終わりました。最新の1,000件が対象です。</translation>
    </message>
    <message>
        <source>Before and after</source>
        <translation>前後の比較</translation>
    </message>
    <message>
        <source>Before:</source>
        <translation>変更前:</translation>
    </message>
    <message>
        <source>Began</source>
        <translation>開始日時</translation>
    </message>
    <message>
        <source>Begin a new dictation.</source>
        <translation>新しい音声入力を開始してください。</translation>
    </message>
    <message>
        <source>Begin and end a dictation with a spoken phrase</source>
        <translation>合図の言葉で音声入力を開始・終了する</translation>
    </message>
    <message>
        <source>Being heard</source>
        <translation>聞き取り中</translation>
    </message>
    <message>
        <source>Being prepared for this computer</source>
        <translation>このコンピューター用に準備中</translation>
    </message>
    <message>
        <source>belongs to debuggers</source>
        <translation>デバッガー用</translation>
    </message>
    <message>
        <source>belongs to Windows</source>
        <translation>Windows用</translation>
    </message>
    <message>
        <source>Both texts are empty: there are no words in this recording.</source>
        <translation>どちらのテキストも空です。この録音に言葉はありません。</translation>
    </message>
    <message>
        <source>Both texts are the same.</source>
        <translation>どちらのテキストも同じです。</translation>
    </message>
    <message>
        <source>Built-in (basic)</source>
        <translation>内蔵 (基本)</translation>
    </message>
    <message>
        <source>By &amp;month…</source>
        <translation>月別(&amp;M)…</translation>
    </message>
    <message>
        <source>by BYVoid and contributors, from opencc-python-reimplemented</source>
        <translation>BYVoidと貢献者による。opencc-python-reimplementedから</translation>
    </message>
    <message>
        <source>By this computer's clock the access token has expired.</source>
        <translation>このコンピューターの時計では、アクセストークンの有効期限が切れています。</translation>
    </message>
    <message>
        <source>By this computer's clock {host}'s certificate has expired.</source>
        <translation>このコンピューターの時計では、{host}の証明書の有効期限が切れています。</translation>
    </message>
    <message>
        <source>By this computer's clock {host}'s certificate is not valid yet.</source>
        <translation>このコンピューターの時計では、{host}の証明書はまだ有効ではありません。</translation>
    </message>
    <message>
        <source>Bytes received</source>
        <translation>受信バイト数</translation>
    </message>
    <message>
        <source>Bytes sent</source>
        <translation>送信バイト数</translation>
    </message>
    <message>
        <source>C&amp;hange…</source>
        <translation>変更(&amp;H)…</translation>
    </message>
    <message>
        <source>C&amp;lear</source>
        <translation>消去(&amp;L)</translation>
    </message>
    <message>
        <source>Ca&amp;ncel</source>
        <translation>キャンセル(&amp;N)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
    <message>
        <source>Cancel the dictation</source>
        <translation>音声入力をキャンセル</translation>
    </message>
    <message>
        <source>Caps Lock goes on switching capitals on and off.</source>
        <translation>Caps Lockは、引き続き大文字入力のオンとオフも切り替えます。</translation>
    </message>
    <message>
        <source>Capture goes on as soon as it is back.</source>
        <translation>再び使えるようになり次第、録音を続けます。</translation>
    </message>
    <message>
        <source>Capture goes on.</source>
        <translation>録音を続けます。</translation>
    </message>
    <message>
        <source>Change it only if your company has its own service.</source>
        <translation>会社に独自のサービスがある場合だけ変更してください。</translation>
    </message>
    <message>
        <source>Change it only if your company has its own sign-in service.</source>
        <translation>会社に独自のサインインサービスがある場合だけ変更してください。</translation>
    </message>
    <message>
        <source>Change the keywords, then try them. Here you see what your dictations would say.</source>
        <translation>キーワードを変更してから試してください。音声入力がどう書かれるかがここに表示されます。</translation>
    </message>
    <message>
        <source>Changed texts</source>
        <translation>変わったテキスト</translation>
    </message>
    <message>
        <source>Check for &amp;updates…</source>
        <translation>更新を確認(&amp;U)…</translation>
    </message>
    <message>
        <source>Check how to sign in, in {settings}.</source>
        <translation>{settings}でサインインの方法を確認してください。</translation>
    </message>
    <message>
        <source>Check it with `saywrite models verify {model}` and download it again: `saywrite models download {model}`. What you dictate until then is recorded and becomes text when the model is there.</source>
        <translation>`saywrite models verify {model}`で確認し、`saywrite models download {model}`でもう一度ダウンロードしてください。それまでに話した内容は録音され、モデルが用意でき次第、文字になります。</translation>
    </message>
    <message>
        <source>Check its mute switch and its input level in the sound settings.</source>
        <translation>サウンド設定で、ミュートと入力レベルを確認してください。</translation>
    </message>
    <message>
        <source>Check its mute switch.</source>
        <translation>ミュートスイッチを確認してください。</translation>
    </message>
    <message>
        <source>Check its name and folder.</source>
        <translation>名前とフォルダーを確認してください。</translation>
    </message>
    <message>
        <source>Check memory and disk, then download it again.</source>
        <translation>メモリーとディスクを確認してから、もう一度ダウンロードしてください。</translation>
    </message>
    <message>
        <source>Check that the Credential Manager service is running.</source>
        <translation>Credential Manager (資格情報マネージャー) サービスが動作していることを確認してください。</translation>
    </message>
    <message>
        <source>Check the addresses in {settings}.</source>
        <translation>{settings}のアドレスを確認してください。</translation>
    </message>
    <message>
        <source>Check the addresses in {settings}; if they are right, do not use this network.</source>
        <translation>{settings}のアドレスを確認してください。正しい場合は、このネットワークを使わないでください。</translation>
    </message>
    <message>
        <source>Check the clock of this computer; in a company, ask for its certificate to be installed.</source>
        <translation>このコンピューターの時計を確認してください。会社の場合は、会社の証明書のインストールを依頼してください。</translation>
    </message>
    <message>
        <source>Check the computer's date and time; if they are right, ask whoever runs the service.</source>
        <translation>コンピューターの日付と時刻を確認してください。正しい場合は、サービスの管理者に問い合わせてください。</translation>
    </message>
    <message>
        <source>Check the disk and the permissions of this folder; nothing was changed.</source>
        <translation>ディスクとこのフォルダーのアクセス権を確認してください。何も変更されていません。</translation>
    </message>
    <message>
        <source>Check the disk it is on.</source>
        <translation>ファイルがあるディスクを確認してください。</translation>
    </message>
    <message>
        <source>Check the disk that holds it; recordings are kept, and their text is made again where it is missing.</source>
        <translation>保存先のディスクを確認してください。録音は保持され、足りないテキストは作り直されます。</translation>
    </message>
    <message>
        <source>Check the disk, or {elsewhere}.</source>
        <translation>ディスクを確認するか、{elsewhere}ください。</translation>
    </message>
    <message>
        <source>Check the disk.</source>
        <translation>ディスクを確認してください。</translation>
    </message>
    <message>
        <source>Check the disk; the recording is kept.</source>
        <translation>ディスクを確認してください。録音は保持されます。</translation>
    </message>
    <message>
        <source>Check the file.</source>
        <translation>ファイルを確認してください。</translation>
    </message>
    <message>
        <source>Check the name and its permissions.</source>
        <translation>名前とアクセス権を確認してください。</translation>
    </message>
    <message>
        <source>Check the network and try again; --wait keeps trying, --engine local needs no network.</source>
        <translation>ネットワークを確認して、もう一度試してください。--waitを付けると試行を続けます。--engine localならネットワークは不要です。</translation>
    </message>
    <message>
        <source>Check the network, then try again.</source>
        <translation>ネットワークを確認してから、もう一度試してください。</translation>
    </message>
    <message>
        <source>Check the network.</source>
        <translation>ネットワークを確認してください。</translation>
    </message>
    <message>
        <source>Check the proxy in the system's settings.</source>
        <translation>システムの設定でプロキシを確認してください。</translation>
    </message>
    <message>
        <source>Check the token address in {settings}, or ask who runs it.</source>
        <translation>{settings}のトークンアドレスを確認するか、その管理者に問い合わせてください。</translation>
    </message>
    <message>
        <source>Check the workflow in {settings}.</source>
        <translation>{settings}のワークフローを確認してください。</translation>
    </message>
    <message>
        <source>Check the workflow, the language and the addresses in {settings}.</source>
        <translation>{settings}のワークフロー、言語、アドレスを確認してください。</translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation>中国語</translation>
    </message>
    <message>
        <source>Choose a &amp;key…</source>
        <translation>キーを選択(&amp;K)…</translation>
    </message>
    <message>
        <source>Choose a CSV or JSON file.</source>
        <translation>CSVまたはJSONのファイルを選んでください。</translation>
    </message>
    <message>
        <source>Choose a file with a sound track.</source>
        <translation>音声トラックのあるファイルを選んでください。</translation>
    </message>
    <message>
        <source>Choose a file with one spoken and one written form in each entry.</source>
        <translation>各項目に読みと表記が1つずつあるファイルを選んでください。</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>フォルダーを選択</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>フォルダーを選択…</translation>
    </message>
    <message>
        <source>Choose a key first.</source>
        <translation>先にキーを選んでください。</translation>
    </message>
    <message>
        <source>Choose a key in the settings.</source>
        <translation>設定でキーを選んでください。</translation>
    </message>
    <message>
        <source>Choose a shorter name.</source>
        <translation>もっと短い名前を選んでください。</translation>
    </message>
    <message>
        <source>Choose aiOla as the recognizer.</source>
        <translation>認識エンジンにaiOlaを選んでください。</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>別のファイルを選んでください。</translation>
    </message>
    <message>
        <source>choose another folder</source>
        <translation>別のフォルダーを選んで</translation>
    </message>
    <message>
        <source>Choose another key in the settings, or free it in the other program.</source>
        <translation>設定で別のキーを選ぶか、もう一方のプログラムでそのキーを解放してください。</translation>
    </message>
    <message>
        <source>Choose another key in the settings.</source>
        <translation>設定で別のキーを選んでください。</translation>
    </message>
    <message>
        <source>Choose another key, or free it in the other program.</source>
        <translation>別のキーを選ぶか、もう一方のプログラムでそのキーを解放してください。</translation>
    </message>
    <message>
        <source>Choose another microphone, or unplug it and plug it in again.</source>
        <translation>別のマイクを選ぶか、マイクを抜いて差し直してください。</translation>
    </message>
    <message>
        <source>Choose another microphone.</source>
        <translation>別のマイクを選んでください。</translation>
    </message>
    <message>
        <source>Choose another microphone. {remedy}</source>
        <translation>別のマイクを選んでください。{remedy}</translation>
    </message>
    <message>
        <source>Choose another name, or replace it.</source>
        <translation>別の名前にするか、置き換えてください。</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>別の名前を選んでください。</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>別のものを選んでください。</translation>
    </message>
    <message>
        <source>Choose one of the form {"spoken": "written"}, or a CSV file.</source>
        <translation>{"spoken": "written"}の形式のファイル、またはCSVファイルを選んでください。</translation>
    </message>
    <message>
        <source>Choose one of {codes}.</source>
        <translation>{codes}のいずれかを選んでください。</translation>
    </message>
    <message>
        <source>Choose one of: {names}.</source>
        <translation>次のいずれかを選んでください: {names}。</translation>
    </message>
    <message>
        <source>Choose text, Markdown, JSON or CSV.</source>
        <translation>テキスト、Markdown、JSON、CSVのいずれかを選んでください。</translation>
    </message>
    <message>
        <source>Choose the files themselves.</source>
        <translation>ファイルそのものを選んでください。</translation>
    </message>
    <message>
        <source>Choose the folder that holds the models</source>
        <translation>モデルがあるフォルダーを選択</translation>
    </message>
    <message>
        <source>Choose the key again in the settings.</source>
        <translation>設定でキーを選び直してください。</translation>
    </message>
    <message>
        <source>Choose the key again to be asked.</source>
        <translation>もう一度確認を表示するには、キーを選び直してください。</translation>
    </message>
    <message>
        <source>Choose the microphone whose bar moves when you speak.</source>
        <translation>話したときにバーが動くマイクを選んでください。</translation>
    </message>
    <message>
        <source>Choose the recognizer on this computer, or use --engine local.</source>
        <translation>このコンピューターの認識エンジンを選ぶか、--engine localを使ってください。</translation>
    </message>
    <message>
        <source>Choose {chord}, or any key you like. Press it to start and again to stop.</source>
        <translation>{chord}、または好きなキーを選んでください。押すと開始し、もう一度押すと停止します。</translation>
    </message>
    <message>
        <source>Choose “Insert again” to replace it with the text.</source>
        <translation>「もう一度挿入」を選ぶと、テキストに置き換わります。</translation>
    </message>
    <message>
        <source>Choose “Insert again”.</source>
        <translation>「もう一度挿入」を選んでください。</translation>
    </message>
    <message>
        <source>Choose “{other}” as the recognizer, then {name}.</source>
        <translation>認識エンジンに「{other}」を選び、次に{name}を選んでください。</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>選択…</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>消去</translation>
    </message>
    <message>
        <source>Clear: {name}</source>
        <translation>消去: {name}</translation>
    </message>
    <message>
        <source>Click the tray icon, or start Saywrite again, to open the window.</source>
        <translation>ウィンドウを開くには、トレイアイコンをクリックするか、Saywriteをもう一度起動してください。</translation>
    </message>
    <message>
        <source>Close find (Esc)</source>
        <translation>検索を閉じる (Esc)</translation>
    </message>
    <message>
        <source>Close other programs and remove {folder}.</source>
        <translation>ほかのプログラムを閉じて、{folder}を削除してください。</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model in Settings &gt; Recognition.</source>
        <translation>ほかのプログラムを閉じるか、「設定」&gt;「認識」でより小さいモデルを選んでください。</translation>
    </message>
    <message>
        <source>Close other Saywrite windows and try again.</source>
        <translation>ほかのSaywriteのウィンドウを閉じて、もう一度試してください。</translation>
    </message>
    <message>
        <source>Close other Saywrite windows; instead of a network drive use --data and a folder of this computer.</source>
        <translation>ほかのSaywriteのウィンドウを閉じてください。ネットワークドライブの代わりに、--dataでこのコンピューターのフォルダーを指定してください。</translation>
    </message>
    <message>
        <source>Close that program, then try again.</source>
        <translation>そのプログラムを閉じてから、もう一度試してください。</translation>
    </message>
    <message>
        <source>Close the other Saywrite and start this one again: it keeps what can be read and begins a new history.</source>
        <translation>もう一方のSaywriteを閉じて、こちらをもう一度起動してください。読み取れる内容を残して、新しい履歴を始めます。</translation>
    </message>
    <message>
        <source>Close the program that is using it, or choose another microphone.</source>
        <translation>使用中のプログラムを閉じるか、別のマイクを選んでください。</translation>
    </message>
    <message>
        <source>closes a window</source>
        <translation>ウィンドウを閉じる</translation>
    </message>
    <message>
        <source>Co&amp;py it</source>
        <translation>コピー(&amp;P)</translation>
    </message>
    <message>
        <source>Collecting diagnostics…</source>
        <translation>診断情報を収集しています…</translation>
    </message>
    <message>
        <source>Commands from other programs are not taken: {data} cannot be written to.</source>
        <translation>ほかのプログラムからのコマンドは受け付けません: {data}に書き込めません。</translation>
    </message>
    <message>
        <source>Comparing the files with their checksums…</source>
        <translation>ファイルをチェックサムと照合しています…</translation>
    </message>
    <message>
        <source>Connect to the network and try again, or copy the model's files here and name their folder in Settings &gt; Recognition (on the command line: --from FOLDER).</source>
        <translation>ネットワークに接続してもう一度試すか、モデルのファイルをこのコンピューターにコピーし、そのフォルダーを「設定」&gt;「認識」で指定してください (コマンドラインでは --from FOLDER)。</translation>
    </message>
    <message>
        <source>connected</source>
        <translation>接続済み</translation>
    </message>
    <message>
        <source>Connected now: {names}.</source>
        <translation>現在接続中: {names}。</translation>
    </message>
    <message>
        <source>connected · {rtt_ms:.0f} ms</source>
        <translation>接続済み · {rtt_ms:.0f} ms</translation>
    </message>
    <message>
        <source>connecting…</source>
        <translation>接続しています…</translation>
    </message>
    <message>
        <source>connects when needed</source>
        <translation>必要なときに接続</translation>
    </message>
    <message>
        <source>Continue a sentence</source>
        <translation>文を続ける</translation>
    </message>
    <message>
        <source>Convert it to WAV or FLAC, or split it.</source>
        <translation>WAVまたはFLACに変換するか、分割してください。</translation>
    </message>
    <message>
        <source>Convert it to WAV, FLAC, OGG or MP3, for example: ffmpeg -i FILE sound.flac</source>
        <translation>WAV、FLAC、OGG、MP3のいずれかに変換してください。例: ffmpeg -i FILE sound.flac</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>コピーしました</translation>
    </message>
    <message>
        <source>Copied all</source>
        <translation>すべてコピーしました</translation>
    </message>
    <message>
        <source>Copied all with its translation</source>
        <translation>翻訳付きですべてコピーしました</translation>
    </message>
    <message>
        <source>Copied the selection</source>
        <translation>選択範囲をコピーしました</translation>
    </message>
    <message>
        <source>copies</source>
        <translation>コピー</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>コピー</translation>
    </message>
    <message>
        <source>Copy &amp;diagnostics</source>
        <translation>診断情報をコピー(&amp;D)</translation>
    </message>
    <message>
        <source>Copy it again, it is one line; this system keeps {limit} characters at most.</source>
        <translation>もう一度コピーしてください。1行のはずです。このシステムに保存できるのは{limit}文字までです。</translation>
    </message>
    <message>
        <source>Copy it again, whole, into {settings} or {key_variable}.</source>
        <translation>全体をもう一度コピーして、{settings}または{key_variable}に入力してください。</translation>
    </message>
    <message>
        <source>Copy it again, whole, into {settings}.</source>
        <translation>全体をもう一度コピーして、{settings}に入力してください。</translation>
    </message>
    <message>
        <source>Copy t&amp;ranslation</source>
        <translation>翻訳をコピー(&amp;R)</translation>
    </message>
    <message>
        <source>Copy te&amp;xt</source>
        <translation>テキストをコピー(&amp;X)</translation>
    </message>
    <message>
        <source>Copy the lines for the desktop's settings</source>
        <translation>デスクトップの設定に入力する行をコピー</translation>
    </message>
    <message>
        <source>Copy the selected text, or all of it (Ctrl+Shift+C)</source>
        <translation>選択したテキスト、または全文をコピー (Ctrl+Shift+C)</translation>
    </message>
    <message>
        <source>Copy them, then open the dictation again.</source>
        <translation>変更内容をコピーしてから、音声入力をもう一度開いてください。</translation>
    </message>
    <message>
        <source>Copy to the clipboard only</source>
        <translation>クリップボードへのコピーのみ</translation>
    </message>
    <message>
        <source>Copy with tra&amp;nslation</source>
        <translation>翻訳付きでコピー(&amp;N)</translation>
    </message>
    <message>
        <source>Copying to the clipboard only</source>
        <translation>クリップボードへのコピーのみ</translation>
    </message>
    <message>
        <source>Correct a misheard word in a text, and it is suggested here.</source>
        <translation>テキストで聞き間違いを直すと、その語がここに候補として表示されます。</translation>
    </message>
    <message>
        <source>Correct it in the system's settings or in HTTPS_PROXY.</source>
        <translation>システムの設定またはHTTPS_PROXYで修正してください。</translation>
    </message>
    <message>
        <source>Correct or remove the environment variable {name}, then start Saywrite again.</source>
        <translation>環境変数{name}を修正または削除し、Saywriteをもう一度起動してください。</translation>
    </message>
    <message>
        <source>Correct or remove ~/.asoundrc, ~/.config/alsa/asoundrc and /etc/asound.conf, or install ALSA's configuration again (Debian, Ubuntu: libasound2-data; Fedora, Arch: alsa-lib).</source>
        <translation>~/.asoundrc、~/.config/alsa/asoundrcと/etc/asound.confを修正または削除するか、ALSAの設定をインストールし直してください (Debian、Ubuntu: libasound2-data、Fedora、Arch: alsa-lib)。</translation>
    </message>
    <message>
        <source>Correct the address in Settings &gt; Recognition.</source>
        <translation>「設定」&gt;「認識」でアドレスを修正してください。</translation>
    </message>
    <message>
        <source>Correct the file before you edit keywords: saving keeps it under another name.</source>
        <translation>キーワードを編集する前にファイルを修正してください。保存すると、このファイルは別の名前で残されます。</translation>
    </message>
    <message>
        <source>Create the folder again, or {elsewhere}.</source>
        <translation>フォルダーを作り直すか、{elsewhere}ください。</translation>
    </message>
    <message>
        <source>CSV table</source>
        <translation>CSV表</translation>
    </message>
    <message>
        <source>CSV table (*.csv)</source>
        <translation>CSV表 (*.csv)</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>切り取り(&amp;T)</translation>
    </message>
    <message>
        <source>cuts</source>
        <translation>切り取り</translation>
    </message>
    <message>
        <source>Damaged: its files are incomplete or were changed</source>
        <translation>破損: ファイルが不完全か、変更されています</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>ダーク</translation>
    </message>
    <message>
        <source>dark mode colors</source>
        <translation>ダークモード ライトモード 色 配色 テーマ</translation>
    </message>
    <message>
        <source>debug diagnostics</source>
        <translation>デバッグ 診断 不具合</translation>
    </message>
    <message>
        <source>Default: {default}</source>
        <translation>既定: {default}</translation>
    </message>
    <message>
        <source>Default: {label}</source>
        <translation>既定: {label}</translation>
    </message>
    <message>
        <source>Delete all &amp;remembered corrections</source>
        <translation>記憶した修正をすべて削除(&amp;R)</translation>
    </message>
    <message>
        <source>Detai&amp;ls…</source>
        <translation>詳細(&amp;L)…</translation>
    </message>
    <message>
        <source>Details are kept with its text there.</source>
        <translation>詳細は、そこにテキストと一緒に保存されています。</translation>
    </message>
    <message>
        <source>Details of the dictation</source>
        <translation>音声入力の詳細</translation>
    </message>
    <message>
        <source>Details of this &amp;dictation…</source>
        <translation>この音声入力の詳細(&amp;D)…</translation>
    </message>
    <message>
        <source>Diagnostics copied: no text, audio or key is in them</source>
        <translation>診断情報をコピーしました。テキスト、音声、キーは含まれません</translation>
    </message>
    <message>
        <source>Dictate</source>
        <translation>音声入力</translation>
    </message>
    <message>
        <source>Dictate (second key)</source>
        <translation>音声入力 (2番目のキー)</translation>
    </message>
    <message>
        <source>Dictate in {language}</source>
        <translation>音声入力 ({language})</translation>
    </message>
    <message>
        <source>Dictate into the program in front</source>
        <translation>前面のプログラムに音声入力する</translation>
    </message>
    <message>
        <source>Dictate something first.</source>
        <translation>先に何か音声入力してください。</translation>
    </message>
    <message>
        <source>Dictate something; recordings are kept for as long as Settings &gt; Files and privacy says.</source>
        <translation>何か音声入力してください。録音は「設定」&gt;「ファイルとプライバシー」で決めた期間、保持されます。</translation>
    </message>
    <message>
        <source>Dictate with the second key</source>
        <translation>2番目のキーで音声入力</translation>
    </message>
    <message>
        <source>Dictate with {recognizer}</source>
        <translation>音声入力 ({recognizer})</translation>
    </message>
    <message>
        <source>dictating</source>
        <translation>音声入力</translation>
    </message>
    <message>
        <source>Dictation</source>
        <translation>音声入力</translation>
    </message>
    <message>
        <source>Dictation failed, start again</source>
        <translation>音声入力に失敗しました。もう一度開始してください</translation>
    </message>
    <message>
        <source>Dictation {date}</source>
        <translation>音声入力 {date}</translation>
    </message>
    <message>
        <source>Dictations</source>
        <translation>音声入力</translation>
    </message>
    <message>
        <source>Differences: {words}. They are marked. The dictation keeps its text.</source>
        <translation>違い: {words}。印が付いています。音声入力のテキストは変わりません。</translation>
    </message>
    <message>
        <source>Discard recording</source>
        <translation>録音を破棄</translation>
    </message>
    <message>
        <source>Discard this recording for good? Its words cannot be brought back.</source>
        <translation>この録音を完全に破棄しますか？ 話した内容は元に戻せません。</translation>
    </message>
    <message>
        <source>Discard…</source>
        <translation>破棄…</translation>
    </message>
    <message>
        <source>Disconnect at once</source>
        <translation>すぐに切断</translation>
    </message>
    <message>
        <source>Dismiss this message</source>
        <translation>このメッセージを閉じる</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完了</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>ダウンロード</translation>
    </message>
    <message>
        <source>Download ({size})</source>
        <translation>ダウンロード ({size})</translation>
    </message>
    <message>
        <source>Download again</source>
        <translation>もう一度ダウンロード</translation>
    </message>
    <message>
        <source>Download it again: saywrite models download {model}</source>
        <translation>もう一度ダウンロードしてください: saywrite models download {model}</translation>
    </message>
    <message>
        <source>Download it in Settings &gt; Recognition all the same, or use another network.</source>
        <translation>それでもダウンロードする場合は「設定」&gt;「認識」で行うか、別のネットワークを使ってください。</translation>
    </message>
    <message>
        <source>Download it in Settings &gt; Recognition, or with `saywrite models download {model}`. What you dictate until then is recorded and becomes text when the model is there.</source>
        <translation>「設定」&gt;「認識」、または`saywrite models download {model}`でダウンロードしてください。それまでに話した内容は録音され、モデルが用意でき次第、文字になります。</translation>
    </message>
    <message>
        <source>Download it: saywrite models download {model}</source>
        <translation>ダウンロードしてください: saywrite models download {model}</translation>
    </message>
    <message>
        <source>Download models from</source>
        <translation>モデルのダウンロード元</translation>
    </message>
    <message>
        <source>Download of the model</source>
        <translation>モデルのダウンロード</translation>
    </message>
    <message>
        <source>Download one in Settings → Recognition; then Saywrite waits for the phrase by itself.</source>
        <translation>「設定」→「認識」でダウンロードしてください。その後、Saywriteは自動的に合図の言葉を待ちます。</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>ダウンロード中</translation>
    </message>
    <message>
        <source>downloading</source>
        <translation>ダウンロード中</translation>
    </message>
    <message>
        <source>downloading {share} %</source>
        <translation>ダウンロード中 {share}%</translation>
    </message>
    <message>
        <source>Drop sound files, videos or folders here, or choose them. They are transcribed one after the other.</source>
        <translation>音声ファイル、動画、フォルダーをここにドロップするか、選択してください。順番に文字起こしします。</translation>
    </message>
    <message>
        <source>Each sentence is a line</source>
        <translation>1文ごとに改行</translation>
    </message>
    <message>
        <source>Ed&amp;it</source>
        <translation>編集(&amp;I)</translation>
    </message>
    <message>
        <source>Edit it, or move it to another place.</source>
        <translation>編集するか、別の場所に移動してください。</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>空</translation>
    </message>
    <message>
        <source>End after a silence of</source>
        <translation>終了までの無音時間</translation>
    </message>
    <message>
        <source>End it first, or use --data.</source>
        <translation>先に終了するか、--dataを使ってください。</translation>
    </message>
    <message>
        <source>End it first.</source>
        <translation>先に終了してください。</translation>
    </message>
    <message>
        <source>End with one of {suffixes}.</source>
        <translation>末尾を{suffixes}のいずれかにしてください。</translation>
    </message>
    <message>
        <source>ends the display</source>
        <translation>Xサーバーを終了</translation>
    </message>
    <message>
        <source>ends the session</source>
        <translation>セッションを終了</translation>
    </message>
    <message>
        <source>engine whisper aiola cloud offline</source>
        <translation>エンジン 音声認識 whisper aiola クラウド オフライン</translation>
    </message>
    <message>
        <source>English</source>
        <translation>英語</translation>
    </message>
    <message>
        <source>Enter an address like https://apis.aiola.ai in the settings.</source>
        <translation>設定に、https://apis.aiola.aiのようなアドレスを入力してください。</translation>
    </message>
    <message>
        <source>error</source>
        <translation>エラー</translation>
    </message>
    <message>
        <source>Escape cancels a dictation.</source>
        <translation>Escapeは音声入力をキャンセルするキーです。</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>すべて</translation>
    </message>
    <message>
        <source>Export as</source>
        <translation>書き出す形式</translation>
    </message>
    <message>
        <source>Export into</source>
        <translation>書き出し先</translation>
    </message>
    <message>
        <source>Export its text instead.</source>
        <translation>代わりにテキストを書き出してください。</translation>
    </message>
    <message>
        <source>Export keywords</source>
        <translation>キーワードを書き出す</translation>
    </message>
    <message>
        <source>Export keywords to a CSV or JSON file</source>
        <translation>キーワードをCSVまたはJSONのファイルに書き出す</translation>
    </message>
    <message>
        <source>export the text from the history</source>
        <translation>履歴からテキストを書き出して</translation>
    </message>
    <message>
        <source>Export the transcript</source>
        <translation>文字起こしを書き出す</translation>
    </message>
    <message>
        <source>Export where my speech went</source>
        <translation>音声の送信先を書き出す</translation>
    </message>
    <message numerus="yes">
        <source>Export {n} dictations into a folder</source>
        <extracomment>Singular: Export {n} dictation into a folder</extracomment>
        <translation>
            <numerusform>{n}件の音声入力をフォルダーに書き出す</numerusform>
        </translation>
    </message>
    <message>
        <source>Exported to {name}</source>
        <translation>{name}に書き出しました</translation>
    </message>
    <message>
        <source>Exported: {written:,} of {wanted:,}. This dictation and those below it in the list were not exported.</source>
        <translation>書き出し済み: {wanted:,}件中{written:,}件。この音声入力と、一覧でこれより下のものは書き出していません。</translation>
    </message>
    <message>
        <source>Failures only</source>
        <translation>失敗のみ</translation>
    </message>
    <message>
        <source>Fewer errors, above all outside English; about four times the processor time of base.</source>
        <translation>誤りがより少なく、特に英語以外で有効です。プロセッサー時間はbaseの約4倍です。</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>ファイル</translation>
    </message>
    <message>
        <source>Files and privacy</source>
        <translation>ファイルとプライバシー</translation>
    </message>
    <message>
        <source>Files to t&amp;ranscribe…</source>
        <translation>文字起こしするファイル(&amp;R)…</translation>
    </message>
    <message>
        <source>Files – Saywrite</source>
        <translation>ファイル – Saywrite</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>絞り込み</translation>
    </message>
    <message>
        <source>Filter keywords</source>
        <translation>キーワードを絞り込む</translation>
    </message>
    <message>
        <source>Find in the transcript</source>
        <translation>文字起こしの中を検索</translation>
    </message>
    <message>
        <source>Finished sentences</source>
        <translation>完成した文</translation>
    </message>
    <message>
        <source>Finishing</source>
        <translation>仕上げ中</translation>
    </message>
    <message>
        <source>finishing</source>
        <translation>仕上げ中</translation>
    </message>
    <message>
        <source>Finishing the last words</source>
        <translation>最後の言葉を仕上げています</translation>
    </message>
    <message>
        <source>Finishing…</source>
        <translation>仕上げています…</translation>
    </message>
    <message>
        <source>First sound to first words</source>
        <translation>最初の音声から最初の言葉まで</translation>
    </message>
    <message>
        <source>For another language or another recognizer.</source>
        <translation>別の言語や別の認識エンジンを使うためのキーです。</translation>
    </message>
    <message>
        <source>For example: xterm = type, emacs = shift+insert. Other rules: ctrl+v, ctrl+shift+v, clipboard.</source>
        <translation>例: xterm = type, emacs = shift+insert。ほかの規則: ctrl+v, ctrl+shift+v, clipboard。</translation>
    </message>
    <message>
        <source>forces a program to quit</source>
        <translation>プログラムを強制終了</translation>
    </message>
    <message>
        <source>Free memory after</source>
        <translation>メモリーを解放するまでの時間</translation>
    </message>
    <message>
        <source>Free some space on the disk that holds {place}.</source>
        <translation>{place}のあるディスクの空き容量を増やしてください。</translation>
    </message>
    <message>
        <source>Free some space on the disk.</source>
        <translation>ディスクの空き容量を増やしてください。</translation>
    </message>
    <message>
        <source>Free some space on this disk, then download the model again: it goes on where it was.</source>
        <translation>このディスクの空き容量を増やしてから、モデルをもう一度ダウンロードしてください。途中から続きます。</translation>
    </message>
    <message>
        <source>Free some space, then stop the dictation.</source>
        <translation>空き容量を増やしてから、音声入力を停止してください。</translation>
    </message>
    <message>
        <source>French</source>
        <translation>フランス語</translation>
    </message>
    <message>
        <source>GB</source>
        <translation>GB</translation>
    </message>
    <message>
        <source>German</source>
        <translation>ドイツ語</translation>
    </message>
    <message>
        <source>Give your user write permission for this folder, or {elsewhere}.</source>
        <translation>自分のユーザーにこのフォルダーへの書き込みを許可するか、{elsewhere}ください。</translation>
    </message>
    <message>
        <source>Go back to the window where you started</source>
        <translation>開始したウィンドウに戻って挿入</translation>
    </message>
    <message>
        <source>Go to the end of the transcript (Ctrl+End)</source>
        <translation>文字起こしの末尾に移動 (Ctrl+End)</translation>
    </message>
    <message>
        <source>goes back in browsers and file managers</source>
        <translation>ブラウザーやファイルマネージャーで戻る</translation>
    </message>
    <message>
        <source>goes forward in browsers and file managers</source>
        <translation>ブラウザーやファイルマネージャーで進む</translation>
    </message>
    <message>
        <source>Good everyday dictation on any computer.</source>
        <translation>どのコンピューターでも、日常の音声入力に適しています。</translation>
    </message>
    <message>
        <source>Good: Saywrite hears you.</source>
        <translation>良好です。Saywriteに声が届いています。</translation>
    </message>
    <message>
        <source>Hands-free</source>
        <translation>ハンズフリー</translation>
    </message>
    <message>
        <source>Hands-free from the start</source>
        <translation>起動時からハンズフリー</translation>
    </message>
    <message>
        <source>Hands-free key</source>
        <translation>ハンズフリーのキー</translation>
    </message>
    <message>
        <source>Hands-free mode on and off</source>
        <translation>ハンズフリーモードのオンとオフ</translation>
    </message>
    <message>
        <source>hands-free voice stop listening</source>
        <translation>ハンズフリー 声 停止 聞き取り 無音 間</translation>
    </message>
    <message>
        <source>Hands-free: cannot listen</source>
        <translation>ハンズフリー: 聞き取れません</translation>
    </message>
    <message>
        <source>Hands-free: paused</source>
        <translation>ハンズフリー: 一時停止中</translation>
    </message>
    <message>
        <source>Hands-free: say “{phrase}”</source>
        <translation>ハンズフリー: 「{phrase}」と言ってください</translation>
    </message>
    <message>
        <source>Hands-free: “{phrase}” ends the dictation</source>
        <translation>ハンズフリー: 「{phrase}」で終了します</translation>
    </message>
    <message>
        <source>Hear from here</source>
        <translation>ここから再生</translation>
    </message>
    <message>
        <source>heard 00:00 · sent 00:00 · text 00:00</source>
        <translation>録音 00:00 · 送信 00:00 · テキスト 00:00</translation>
    </message>
    <message>
        <source>heard 00:00 · text 00:00</source>
        <translation>録音 00:00 · テキスト 00:00</translation>
    </message>
    <message>
        <source>heard {heard}</source>
        <translation>録音 {heard}</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>隠す</translation>
    </message>
    <message>
        <source>Hide the unfinished dictations</source>
        <translation>未完了の音声入力を隠す</translation>
    </message>
    <message>
        <source>hides a program</source>
        <translation>プログラムを隠す</translation>
    </message>
    <message>
        <source>History – Saywrite</source>
        <translation>履歴 – Saywrite</translation>
    </message>
    <message>
        <source>Hits</source>
        <translation>一致</translation>
    </message>
    <message>
        <source>Hits of the selected keyword</source>
        <translation>選択したキーワードの一致</translation>
    </message>
    <message>
        <source>Hits: not tried</source>
        <translation>一致: 未試行</translation>
    </message>
    <message>
        <source>Hits: {hits}</source>
        <translation>一致: {hits}</translation>
    </message>
    <message>
        <source>Hold a key, speak, let go</source>
        <translation>キーを押したまま話し、離す</translation>
    </message>
    <message>
        <source>Hold the key</source>
        <translation>キーを押したまま話す</translation>
    </message>
    <message>
        <source>Hold to talk</source>
        <translation>押している間だけ話す</translation>
    </message>
    <message>
        <source>Hold to talk, or tap to start and stop</source>
        <translation>押している間だけ話す、または短く押して開始・停止</translation>
    </message>
    <message>
        <source>Hold {hotkey}, say any sentence, and let go.</source>
        <translation>{hotkey}を押したまま何か一文を話し、離してください。</translation>
    </message>
    <message>
        <source>Hold {hotkey}, say “one, two, three”, and let go:</source>
        <translation>{hotkey}を押したまま「いち、に、さん」と言い、離してください:</translation>
    </message>
    <message>
        <source>Hold {key} in any program</source>
        <translation>どのプログラムでも{key}を押したまま話せます</translation>
    </message>
    <message>
        <source>How much was recorded, and up to where it has become text</source>
        <translation>録音された長さと、そのうちテキストになった位置</translation>
    </message>
    <message>
        <source>How the text gets into other programs.</source>
        <translation>ほかのプログラムにテキストを入れる方法です。</translation>
    </message>
    <message>
        <source>I &amp;speak</source>
        <translation>話す言語(&amp;S)</translation>
    </message>
    <message>
        <source>If it is not there, choose “Insert again”.</source>
        <translation>テキストが入っていない場合は、「もう一度挿入」を選んでください。</translation>
    </message>
    <message>
        <source>If more is expected, copy the file again.</source>
        <translation>続きがあるはずの場合は、ファイルをもう一度コピーしてください。</translation>
    </message>
    <message>
        <source>If the window changed</source>
        <translation>ウィンドウが変わった場合</translation>
    </message>
    <message>
        <source>If these are missed, copy the file again.</source>
        <translation>欠けた部分が必要な場合は、ファイルをもう一度コピーしてください。</translation>
    </message>
    <message>
        <source>If this is off, each sentence appears when it ends, and recognition needs a tenth of the processor time.</source>
        <translation>オフにすると、文は話し終わってから表示され、認識に必要なプロセッサー時間は10分の1になります。</translation>
    </message>
    <message>
        <source>If this is on, what you correct in a text is remembered on this computer, as long as its dictation is in the history.</source>
        <translation>オンにすると、テキストで直した内容を、その音声入力が履歴にある間、このコンピューターに記憶します。</translation>
    </message>
    <message>
        <source>If you say “comma”, a comma is written.</source>
        <translation>「読点」と言うと、「、」が書かれます。</translation>
    </message>
    <message>
        <source>If your company inspects traffic, have its certificate installed in the system; otherwise do not use this network.</source>
        <translation>会社が通信を検査している場合は、会社の証明書をシステムにインストールしてもらってください。そうでなければ、このネットワークを使わないでください。</translation>
    </message>
    <message>
        <source>Import keywords</source>
        <translation>キーワードを読み込む</translation>
    </message>
    <message>
        <source>Import keywords from a CSV or JSON file</source>
        <translation>CSVまたはJSONのファイルからキーワードを読み込む</translation>
    </message>
    <message>
        <source>In every program</source>
        <translation>すべてのプログラムで</translation>
    </message>
    <message>
        <source>In Settings → Privacy &amp; security → Microphone, switch on “Let desktop apps access your microphone”.</source>
        <translation>「設定」→「プライバシーとセキュリティ」→「マイク」で、「デスクトップ アプリがマイクにアクセスできるようにする」をオンにしてください。</translation>
    </message>
    <message>
        <source>In the desktop's keyboard settings, bind a key to each command shown in Saywrite's settings.</source>
        <translation>デスクトップのキーボード設定で、Saywriteの設定に表示される各コマンドにキーを割り当ててください。</translation>
    </message>
    <message>
        <source>In the desktop's keyboard settings, bind this command to a key</source>
        <translation>デスクトップのキーボード設定で、このコマンドをキーに割り当てます</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>使用中</translation>
    </message>
    <message numerus="yes">
        <source>in {n:,} places</source>
        <extracomment>Singular: in {n:,} place</extracomment>
        <translation>
            <numerusform>{n:,}か所</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>in {n} places</source>
        <extracomment>Singular: in {n} place</extracomment>
        <translation>
            <numerusform>{n}か所</numerusform>
        </translation>
    </message>
    <message>
        <source>info</source>
        <translation>情報</translation>
    </message>
    <message>
        <source>input device headset</source>
        <translation>入力デバイス 入力装置 ヘッドセット マイク</translation>
    </message>
    <message>
        <source>Insert adds a keyword, F2 edits, Delete removes.</source>
        <translation>Insertで追加、F2で編集、Deleteで削除します。</translation>
    </message>
    <message>
        <source>Insert into the window in front</source>
        <translation>前面のウィンドウに挿入</translation>
    </message>
    <message>
        <source>Insert text by</source>
        <translation>テキストの挿入方法</translation>
    </message>
    <message>
        <source>Insert the last text &amp;again</source>
        <translation>最後のテキストをもう一度挿入(&amp;A)</translation>
    </message>
    <message>
        <source>Inserted into {program}</source>
        <translation>{program}に挿入しました</translation>
    </message>
    <message>
        <source>Insertion</source>
        <translation>挿入</translation>
    </message>
    <message>
        <source>Install a newer Saywrite.</source>
        <translation>新しいバージョンのSaywriteをインストールしてください。</translation>
    </message>
    <message>
        <source>Install and start a Secret Service, such as gnome-keyring or KWallet.</source>
        <translation>gnome-keyringやKWalletなどのSecret Serviceをインストールして起動してください。</translation>
    </message>
    <message>
        <source>Install it (Debian, Ubuntu: libportaudio2; Fedora, Arch: portaudio) and start Saywrite again.</source>
        <translation>インストールして (Debian、Ubuntu: libportaudio2、Fedora、Arch: portaudio)、Saywriteをもう一度起動してください。</translation>
    </message>
    <message>
        <source>Install it (Debian, Ubuntu: libpulse0).</source>
        <translation>インストールしてください (Debian、Ubuntu: libpulse0)。</translation>
    </message>
    <message>
        <source>Install it with “brew install portaudio” and start Saywrite again.</source>
        <translation>「brew install portaudio」でインストールし、Saywriteをもう一度起動してください。</translation>
    </message>
    <message>
        <source>Install its bridge (Debian, Ubuntu: libasound2-plugins; Fedora: alsa-plugins-pulseaudio).</source>
        <translation>ブリッジをインストールしてください (Debian、Ubuntu: libasound2-plugins、Fedora: alsa-plugins-pulseaudio)。</translation>
    </message>
    <message>
        <source>Install Saywrite again (“pip install ctranslate2”), or choose aiOla as the recognizer.</source>
        <translation>Saywriteをもう一度インストールするか (「pip install ctranslate2」)、認識エンジンにaiOlaを選んでください。</translation>
    </message>
    <message>
        <source>Install Saywrite again.</source>
        <translation>Saywriteをもう一度インストールしてください。</translation>
    </message>
    <message>
        <source>Install Saywrite again: its package “sounddevice” brings the library along.</source>
        <translation>Saywriteをもう一度インストールしてください。パッケージ「sounddevice」にこのライブラリが含まれています。</translation>
    </message>
    <message>
        <source>is Windows' own dictation</source>
        <translation>Windows標準の音声入力</translation>
    </message>
    <message>
        <source>it answers with a web page</source>
        <translation>Webページが返ってきました</translation>
    </message>
    <message>
        <source>it answers with an error (HTTP {status})</source>
        <translation>エラーが返ってきました (HTTP {status})</translation>
    </message>
    <message>
        <source>it answers with something else than asked for</source>
        <translation>要求と異なるものが返ってきました</translation>
    </message>
    <message>
        <source>it cannot be reached</source>
        <translation>接続できません</translation>
    </message>
    <message>
        <source>it cannot prove that it is the right server</source>
        <translation>正しいサーバーであることを証明できません</translation>
    </message>
    <message>
        <source>it does not answer</source>
        <translation>応答がありません</translation>
    </message>
    <message>
        <source>it does not have the file</source>
        <translation>ファイルがありません</translation>
    </message>
    <message>
        <source>It goes on in {wait}.</source>
        <translation>{wait}後に再開します。</translation>
    </message>
    <message>
        <source>it has another file under this name</source>
        <translation>この名前のファイルの内容が異なります</translation>
    </message>
    <message>
        <source>it has no {file}</source>
        <translation>{file}がありません</translation>
    </message>
    <message>
        <source>it holds a broken character.</source>
        <translation>壊れた文字が含まれています。</translation>
    </message>
    <message>
        <source>It holds no words, nothing was saved.</source>
        <translation>言葉が含まれていないため、何も保存しませんでした。</translation>
    </message>
    <message>
        <source>It is downloaded again.</source>
        <translation>もう一度ダウンロードします。</translation>
    </message>
    <message>
        <source>It is in the history and can be copied from there.</source>
        <translation>テキストは履歴にあり、そこからコピーできます。</translation>
    </message>
    <message>
        <source>It is made again by itself.</source>
        <translation>自動的に再接続します。</translation>
    </message>
    <message>
        <source>It is removed when Saywrite is uninstalled.</source>
        <translation>Saywriteをアンインストールすると、削除されます。</translation>
    </message>
    <message>
        <source>It is tried again when the network changes.</source>
        <translation>ネットワークが変わったときに再試行します。</translation>
    </message>
    <message>
        <source>It is tried again; check the addresses in {settings}.</source>
        <translation>再試行します。{settings}のアドレスを確認してください。</translation>
    </message>
    <message>
        <source>It is tried again; check the network and the addresses in {settings}.</source>
        <translation>再試行します。ネットワークと{settings}のアドレスを確認してください。</translation>
    </message>
    <message>
        <source>It is tried again; check the network connection.</source>
        <translation>再試行します。ネットワーク接続を確認してください。</translation>
    </message>
    <message>
        <source>It is tried again; check the proxy in the system's settings.</source>
        <translation>再試行します。システムの設定でプロキシを確認してください。</translation>
    </message>
    <message>
        <source>It is tried again; end those on other computers or in other programs.</source>
        <translation>再試行します。ほかのコンピューターやプログラムでの音声入力を終了してください。</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, ask aiOla.</source>
        <translation>再試行します。続く場合は、aiOlaに問い合わせてください。</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, ask whoever runs your network to let WebSockets pass.</source>
        <translation>再試行します。続く場合は、ネットワークの管理者にWebSocketの通過を依頼してください。</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, check the addresses in {settings}.</source>
        <translation>再試行します。続く場合は、{settings}のアドレスを確認してください。</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, the log tells more.</source>
        <translation>再試行します。続く場合は、詳しくはログにあります。</translation>
    </message>
    <message>
        <source>It may have been removed; nothing was changed.</source>
        <translation>削除された可能性があります。何も変更されていません。</translation>
    </message>
    <message>
        <source>it points to an address that is not secure</source>
        <translation>安全でないアドレスにリダイレクトされます</translation>
    </message>
    <message>
        <source>it redirects without end</source>
        <translation>リダイレクトが終わりません</translation>
    </message>
    <message>
        <source>it refuses access (HTTP {status})</source>
        <translation>アクセスが拒否されました (HTTP {status})</translation>
    </message>
    <message>
        <source>it sends another part of the file than asked for</source>
        <translation>要求と異なる部分が送られてきました</translation>
    </message>
    <message>
        <source>it sends more bytes than the file has</source>
        <translation>ファイルより多くのバイトが送られてきました</translation>
    </message>
    <message>
        <source>it sends other bytes than the published ones</source>
        <translation>公開されているものと異なるバイトが送られてきました</translation>
    </message>
    <message>
        <source>It was kept as {name} beside it; the defaults are used.</source>
        <translation>このファイルは同じ場所に{name}として残しました。既定値を使います。</translation>
    </message>
    <message>
        <source>It was left as it is; the defaults are used. Repair or move it.</source>
        <translation>このファイルは元のまま残しました。既定値を使います。修復するか、移動してください。</translation>
    </message>
    <message>
        <source>It works in every program.</source>
        <translation>どのプログラムでも使えます。</translation>
    </message>
    <message>
        <source>Italian</source>
        <translation>イタリア語</translation>
    </message>
    <message>
        <source>its address cannot be read</source>
        <translation>アドレスを読み取れません</translation>
    </message>
    <message>
        <source>its packages do not hold the model</source>
        <translation>パッケージにモデルが含まれていません</translation>
    </message>
    <message>
        <source>Its page says what is new, and how to install it.</source>
        <translation>新機能とインストール方法は、そのページにあります。</translation>
    </message>
    <message>
        <source>Its recording is kept for a few seconds.</source>
        <translation>録音は数秒間だけ保持されます。</translation>
    </message>
    <message>
        <source>Its recording is kept for a few seconds. The menu of this icon offers to undo it.</source>
        <translation>録音は数秒間だけ保持されます。このアイコンのメニューから元に戻せます。</translation>
    </message>
    <message>
        <source>Its text could not be written to the history.</source>
        <translation>テキストを履歴に書き込めませんでした。</translation>
    </message>
    <message>
        <source>Its text is unchanged.</source>
        <translation>テキストはそのままです。</translation>
    </message>
    <message>
        <source>Japanese</source>
        <translation>日本語</translation>
    </message>
    <message>
        <source>JSON</source>
        <translation>JSON</translation>
    </message>
    <message>
        <source>JSON (*.json)</source>
        <translation>JSON (*.json)</translation>
    </message>
    <message>
        <source>kB</source>
        <translation>kB</translation>
    </message>
    <message>
        <source>Ke&amp;y</source>
        <translation>キー(&amp;Y)</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>残す</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>残す</translation>
    </message>
    <message>
        <source>Keep line breaks</source>
        <translation>改行をそのまま残す</translation>
    </message>
    <message>
        <source>Keep recordings</source>
        <translation>録音の保存期間</translation>
    </message>
    <message>
        <source>Keep running when closed</source>
        <translation>閉じても実行を続ける</translation>
    </message>
    <message>
        <source>Keep Saywrite open; close what else keeps the disk busy.</source>
        <translation>Saywriteを開いたままにし、ディスクを使っているほかのプログラムを閉じてください。</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>キー</translation>
    </message>
    <message>
        <source>Key to first sound</source>
        <translation>キーから最初の音声まで</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>ショートカットキー</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>キー</translation>
    </message>
    <message>
        <source>Keys are kept in {name}.</source>
        <translation>キーは{name}に保存されます。</translation>
    </message>
    <message>
        <source>Keyword lab</source>
        <translation>キーワードのテスト</translation>
    </message>
    <message>
        <source>Keywords</source>
        <translation>キーワード</translation>
    </message>
    <message>
        <source>Keywords (*.csv *.json *.txt)</source>
        <translation>キーワード (*.csv *.json *.txt)</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>言語</translation>
    </message>
    <message>
        <source>Language of the program</source>
        <translation>プログラムの言語</translation>
    </message>
    <message>
        <source>Language of the second key</source>
        <translation>2番目のキーの言語</translation>
    </message>
    <message>
        <source>Leave it empty for the folder that you used last.</source>
        <translation>最後に使ったフォルダーにする場合は、空のままにします。</translation>
    </message>
    <message>
        <source>Left and right walk through them.</source>
        <translation>左右の矢印キーで順に移動します。</translation>
    </message>
    <message>
        <source>Left {key}</source>
        <translation>左 {key}</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>長さ</translation>
    </message>
    <message>
        <source>Length of the recording</source>
        <translation>録音の長さ</translation>
    </message>
    <message>
        <source>Less</source>
        <translation>控えめ</translation>
    </message>
    <message>
        <source>Let go of all keys and try again.</source>
        <translation>すべてのキーを離して、もう一度試してください。</translation>
    </message>
    <message>
        <source>libpulse-simple is missing.</source>
        <translation>libpulse-simpleがありません。</translation>
    </message>
    <message>
        <source>libraries that PyAV's wheels carry</source>
        <translation>PyAVのwheelパッケージに含まれるライブラリ</translation>
    </message>
    <message>
        <source>Licenses</source>
        <translation>ライセンス</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>ライト</translation>
    </message>
    <message>
        <source>Line breaks in terminals</source>
        <translation>端末での改行</translation>
    </message>
    <message>
        <source>Line {line}: {what}</source>
        <translation>{line}行目: {what}</translation>
    </message>
    <message>
        <source>Lines that were not imported</source>
        <translation>読み込まれなかった行</translation>
    </message>
    <message>
        <source>Listen</source>
        <translation>聞く</translation>
    </message>
    <message>
        <source>Listen before the key press</source>
        <translation>キーを押す前から聞き取る</translation>
    </message>
    <message>
        <source>Listen to the sounds</source>
        <translation>効果音を聞く</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>聞き取り中</translation>
    </message>
    <message>
        <source>listening</source>
        <translation>聞き取り中</translation>
    </message>
    <message>
        <source>Listening. Speak now.</source>
        <translation>聞き取り中です。話してください。</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>聞き取っています…</translation>
    </message>
    <message>
        <source>loading…</source>
        <translation>読み込んでいます…</translation>
    </message>
    <message>
        <source>loads when needed</source>
        <translation>必要なときに読み込み</translation>
    </message>
    <message>
        <source>locks the screen</source>
        <translation>画面をロック</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>ログ</translation>
    </message>
    <message>
        <source>Log out and in again, then try again.</source>
        <translation>ログアウトしてログインし直してから、もう一度試してください。</translation>
    </message>
    <message>
        <source>Longest dictation</source>
        <translation>音声入力の最大の長さ</translation>
    </message>
    <message>
        <source>Longest sentence</source>
        <translation>文の最大の長さ</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>モデルを探しています…</translation>
    </message>
    <message>
        <source>Looking for updates…</source>
        <translation>アップデートを確認しています…</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>探しています…</translation>
    </message>
    <message>
        <source>macOS does not give {chord} to programs ({code}).</source>
        <translation>macOSは、{chord}をプログラムに渡しません ({code})。</translation>
    </message>
    <message>
        <source>macOS does not let Saywrite insert text yet. The text is on the clipboard.</source>
        <translation>macOSはまだSaywriteにテキストの挿入を許可していません。テキストはクリップボードにあります。</translation>
    </message>
    <message>
        <source>macOS does not report {chord} to other programs.</source>
        <translation>macOSは、{chord}をほかのプログラムに通知しません。</translation>
    </message>
    <message>
        <source>Make it writable for your user, then try again.</source>
        <translation>自分のユーザーで書き込めるようにしてから、もう一度試してください。</translation>
    </message>
    <message>
        <source>Make it writable, or {elsewhere}.</source>
        <translation>書き込めるようにするか、{elsewhere}ください。</translation>
    </message>
    <message>
        <source>Make the file readable for your user and start Saywrite again.</source>
        <translation>自分のユーザーでこのファイルを読み取れるようにして、Saywriteをもう一度起動してください。</translation>
    </message>
    <message>
        <source>Make the file readable for your user.</source>
        <translation>自分のユーザーでこのファイルを読み取れるようにしてください。</translation>
    </message>
    <message>
        <source>Make the folder {parent} writable for your user, or start with --data and another folder.</source>
        <translation>フォルダー{parent}に自分のユーザーで書き込めるようにするか、--dataで別のフォルダーを指定して起動してください。</translation>
    </message>
    <message>
        <source>Mark words heard differently</source>
        <translation>聞き取りが異なる語に印を付ける</translation>
    </message>
    <message>
        <source>Markdown</source>
        <translation>Markdown</translation>
    </message>
    <message>
        <source>Match &amp;case</source>
        <translation>大文字と小文字を区別(&amp;C)</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>MB</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>マイク</translation>
    </message>
    <message>
        <source>Microphone level</source>
        <translation>マイクの音量レベル</translation>
    </message>
    <message>
        <source>Microphone level: {value}</source>
        <translation>マイクの音量レベル: {value}</translation>
    </message>
    <message>
        <source>milliseconds</source>
        <translation>ミリ秒</translation>
    </message>
    <message>
        <source>minus {number}</source>
        <translation>マイナス{number}</translation>
    </message>
    <message>
        <source>mirror offline</source>
        <translation>ミラー オフライン</translation>
    </message>
    <message>
        <source>Missing sound</source>
        <translation>欠落した音声</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>モデル</translation>
    </message>
    <message>
        <source>model damaged</source>
        <translation>モデルが破損しています</translation>
    </message>
    <message>
        <source>Models come over https only, so that nobody can change them on the way. Write https:// before the host.</source>
        <translation>途中で改変されないように、モデルはhttpsだけで取得します。ホスト名の前にhttps://を付けてください。</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>モデル…</translation>
    </message>
    <message>
        <source>Month</source>
        <translation>月</translation>
    </message>
    <message>
        <source>Motion</source>
        <translation>動き</translation>
    </message>
    <message>
        <source>Mouse {number}</source>
        <translation>マウスボタン {number}</translation>
    </message>
    <message>
        <source>Move away a little, or lower the input level in the sound settings of this computer.</source>
        <translation>少し離れるか、このコンピューターのサウンド設定で入力レベルを下げてください。</translation>
    </message>
    <message>
        <source>Move it to another place, or start with --data and another folder.</source>
        <translation>それを別の場所に移動するか、--dataで別のフォルダーを指定して起動してください。</translation>
    </message>
    <message>
        <source>Moved to {label} in the sound settings.</source>
        <translation>サウンド設定で{label}に切り替えられました。</translation>
    </message>
    <message>
        <source>must be a whole number</source>
        <translation>は整数でなければなりません</translation>
    </message>
    <message>
        <source>must be between {minimum} and {maximum}</source>
        <translation>は{minimum}から{maximum}の間でなければなりません</translation>
    </message>
    <message>
        <source>must be one of {names}</source>
        <translation>は次のいずれかでなければなりません: {names}</translation>
    </message>
    <message>
        <source>must be text in quotes</source>
        <translation>は引用符で囲んだテキストでなければなりません</translation>
    </message>
    <message>
        <source>must be text of at most {limit} characters</source>
        <translation>は{limit}文字以内のテキストでなければなりません</translation>
    </message>
    <message>
        <source>must be true or false</source>
        <translation>はtrueまたはfalseでなければなりません</translation>
    </message>
    <message>
        <source>Name of the saved text</source>
        <translation>保存するテキストの名前</translation>
    </message>
    <message>
        <source>Name the sound files in it.</source>
        <translation>その中の音声ファイルを指定してください。</translation>
    </message>
    <message>
        <source>Native libraries and tables</source>
        <translation>ネイティブライブラリとテーブル</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>しない</translation>
    </message>
    <message>
        <source>New paragraph after a pause of</source>
        <translation>段落を分ける間隔</translation>
    </message>
    <message>
        <source>New text</source>
        <translation>新しいテキスト</translation>
    </message>
    <message>
        <source>New text: go to the end of the transcript</source>
        <translation>新しいテキスト: 文字起こしの末尾に移動</translation>
    </message>
    <message>
        <source>Next (F3)</source>
        <translation>次へ (F3)</translation>
    </message>
    <message>
        <source>No dictations yet. What you dictate is kept here.</source>
        <translation>音声入力はまだありません。音声入力した内容はここに保存されます。</translation>
    </message>
    <message>
        <source>No files</source>
        <translation>ファイルなし</translation>
    </message>
    <message>
        <source>No keyword could be read from this {kind} file. Line {line}: {what}</source>
        <translation>この{kind}ファイルからキーワードを読み取れませんでした。{line}行目: {what}</translation>
    </message>
    <message>
        <source>No keyword has these letters.</source>
        <translation>この文字を含むキーワードはありません。</translation>
    </message>
    <message>
        <source>No keyword is in your last dictations.</source>
        <translation>直近の音声入力に、キーワードは出てきません。</translation>
    </message>
    <message>
        <source>No microphone found</source>
        <translation>マイクが見つかりません</translation>
    </message>
    <message>
        <source>No microphone is connected.</source>
        <translation>マイクが接続されていません。</translation>
    </message>
    <message>
        <source>No microphone was found.</source>
        <translation>マイクが見つかりませんでした。</translation>
    </message>
    <message>
        <source>no model</source>
        <translation>モデルなし</translation>
    </message>
    <message>
        <source>no model yet</source>
        <translation>モデルはまだありません</translation>
    </message>
    <message>
        <source>No recognizer of this version does. The language stays as it was.</source>
        <translation>このバージョンには対応する認識エンジンがありません。言語は元のままです。</translation>
    </message>
    <message>
        <source>No secure connection to {host} can be made ({detail}).</source>
        <translation>{host}への安全な接続を確立できません ({detail})。</translation>
    </message>
    <message>
        <source>No setting has these words.</source>
        <translation>この言葉を含む設定はありません。</translation>
    </message>
    <message>
        <source>No sound files are in this folder.</source>
        <translation>このフォルダーに音声ファイルはありません。</translation>
    </message>
    <message>
        <source>No text</source>
        <translation>テキストなし</translation>
    </message>
    <message>
        <source>No translation</source>
        <translation>翻訳なし</translation>
    </message>
    <message>
        <source>No words were recognized.</source>
        <translation>言葉を認識できませんでした。</translation>
    </message>
    <message>
        <source>none</source>
        <translation>なし</translation>
    </message>
    <message>
        <source>None: press to choose</source>
        <translation>なし: 押して選択</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>標準</translation>
    </message>
    <message>
        <source>not connected</source>
        <translation>未接続</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>見つかりません</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>見つかりません</translation>
    </message>
    <message>
        <source>Not on this computer</source>
        <translation>このコンピューターにありません</translation>
    </message>
    <message>
        <source>not valid JSON from here on.</source>
        <translation>ここから先は有効なJSONではありません。</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>なし</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>見つかりません</translation>
    </message>
    <message>
        <source>Nothing found for “{words}” with these filters.</source>
        <translation>このフィルターでは「{words}」は見つかりませんでした。</translation>
    </message>
    <message>
        <source>Nothing found for “{words}”.</source>
        <translation>「{words}」は見つかりませんでした。</translation>
    </message>
    <message>
        <source>Nothing is recorded on disk yet.</source>
        <translation>ディスクにはまだ何も録音されていません。</translation>
    </message>
    <message>
        <source>Nothing is saved yet; new sound is kept in memory.</source>
        <translation>まだ何も保存されていません。新しい音声はメモリーに保持されます。</translation>
    </message>
    <message>
        <source>Nothing leaves this computer</source>
        <translation>このコンピューターから何も送信しない</translation>
    </message>
    <message>
        <source>Nothing left this computer</source>
        <translation>このコンピューターから何も送信されていません</translation>
    </message>
    <message>
        <source>Nothing matches these filters.</source>
        <translation>この絞り込みに一致するものはありません。</translation>
    </message>
    <message>
        <source>nothing may leave this computer</source>
        <translation>このコンピューターから何も送信しない設定です</translation>
    </message>
    <message>
        <source>Nothing measured yet. Dictate something; how long each step took is kept with its text.</source>
        <translation>測定値はまだありません。何か音声入力してください。各段階にかかった時間がテキストと一緒に保存されます。</translation>
    </message>
    <message>
        <source>nothing new</source>
        <translation>新しいものはありません</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>何も変更されていません。</translation>
    </message>
    <message>
        <source>Nothing was dictated this month yet.</source>
        <translation>今月はまだ音声入力がありません。</translation>
    </message>
    <message>
        <source>Nothing was dictated yet.</source>
        <translation>音声入力はまだありません。</translation>
    </message>
    <message>
        <source>Nothing was pasted: a text of the transcript has at most {most:,} characters.</source>
        <translation>何も貼り付けていません。文字起こしの 1 つのテキストは最大 {most:,} 文字です。</translation>
    </message>
    <message>
        <source>Nothing you dictated has left this computer.</source>
        <translation>音声入力した内容は、このコンピューターから送信されていません。</translation>
    </message>
    <message>
        <source>Now recording from {device}.</source>
        <translation>{device}から録音しています。</translation>
    </message>
    <message>
        <source>Nowhere: nothing left this computer</source>
        <translation>送信先なし: このコンピューターから何も送信されていません</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>オフ</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>オフライン</translation>
    </message>
    <message>
        <source>offline</source>
        <translation>オフライン</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>このコンピューター上</translation>
    </message>
    <message>
        <source>On, and clicks reach the window below</source>
        <translation>オン (クリックは下のウィンドウに届く)</translation>
    </message>
    <message>
        <source>On, and it can be dragged</source>
        <translation>オン (ドラッグで移動できる)</translation>
    </message>
    <message>
        <source>One moment…</source>
        <translation>少しお待ちください…</translation>
    </message>
    <message>
        <source>Only while aiOla cannot be reached</source>
        <translation>aiOlaに接続できない間だけ</translation>
    </message>
    <message>
        <source>Open a browser and sign in to this network; then it goes on.</source>
        <translation>ブラウザーを開いて、このネットワークにサインインしてください。その後、続行します。</translation>
    </message>
    <message>
        <source>Open a web page in the browser and sign in to the network, then try again.</source>
        <translation>ブラウザーでWebページを開いてネットワークにサインインし、もう一度試してください。</translation>
    </message>
    <message>
        <source>Open the page</source>
        <translation>ページを開く</translation>
    </message>
    <message>
        <source>opening the stream</source>
        <translation>ストリームの開始</translation>
    </message>
    <message>
        <source>opens a terminal</source>
        <translation>端末を開く</translation>
    </message>
    <message>
        <source>opens help</source>
        <translation>ヘルプを開く</translation>
    </message>
    <message>
        <source>opens Spotlight</source>
        <translation>Spotlightを開く</translation>
    </message>
    <message>
        <source>opens the clipboard history</source>
        <translation>クリップボードの履歴を開く</translation>
    </message>
    <message>
        <source>opens the menu of a window</source>
        <translation>ウィンドウのメニューを開く</translation>
    </message>
    <message>
        <source>opens the settings</source>
        <translation>設定を開きます</translation>
    </message>
    <message>
        <source>opens the start menu</source>
        <translation>スタートメニューを開く</translation>
    </message>
    <message>
        <source>Or put an API key into {key_variable}.</source>
        <translation>または、APIキーを{key_variable}に設定してください。</translation>
    </message>
    <message>
        <source>Over 10 min</source>
        <translation>10分超</translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation>オーバーレイ</translation>
    </message>
    <message>
        <source>Pages of settings</source>
        <translation>設定のページ</translation>
    </message>
    <message>
        <source>Paste it where you want it.</source>
        <translation>必要な場所に貼り付けてください。</translation>
    </message>
    <message>
        <source>paste type clipboard</source>
        <translation>貼り付け ペースト 入力 タイプ クリップボード</translation>
    </message>
    <message>
        <source>Paste your {label} here</source>
        <translation>ここに{label}を貼り付けてください</translation>
    </message>
    <message>
        <source>pastes</source>
        <translation>貼り付け</translation>
    </message>
    <message>
        <source>Pasting</source>
        <translation>貼り付け</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>一時停止</translation>
    </message>
    <message>
        <source>Pause between sentences</source>
        <translation>文と文の間隔</translation>
    </message>
    <message>
        <source>Paused at {done}</source>
        <translation>{done}で一時停止しました</translation>
    </message>
    <message>
        <source>paused at {share} %</source>
        <translation>{share}%で一時停止</translation>
    </message>
    <message>
        <source>pill floating</source>
        <translation>フローティング 浮動 小窓</translation>
    </message>
    <message>
        <source>Plain &amp;text</source>
        <translation>プレーンテキスト(&amp;T)</translation>
    </message>
    <message>
        <source>Plain text</source>
        <translation>プレーンテキスト</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>再生</translation>
    </message>
    <message>
        <source>Play (Ctrl+P)</source>
        <translation>再生 (Ctrl+P)</translation>
    </message>
    <message>
        <source>Play a sound at the start</source>
        <translation>開始時に効果音を鳴らす</translation>
    </message>
    <message>
        <source>Play sounds</source>
        <translation>効果音を鳴らす</translation>
    </message>
    <message>
        <source>Plug in a microphone or switch it on, then try again.</source>
        <translation>マイクを接続するかオンにして、もう一度試してください。</translation>
    </message>
    <message>
        <source>Plug in a speaker or headphones, or choose an output in the sound settings.</source>
        <translation>スピーカーかヘッドホンを接続するか、サウンド設定で出力を選んでください。</translation>
    </message>
    <message>
        <source>Portuguese</source>
        <translation>ポルトガル語</translation>
    </message>
    <message>
        <source>preparing…</source>
        <translation>準備しています…</translation>
    </message>
    <message>
        <source>preroll listen ahead</source>
        <translation>プリロール 先行録音 事前の聞き取り</translation>
    </message>
    <message>
        <source>Present text: {origin}</source>
        <translation>現在のテキスト: {origin}</translation>
    </message>
    <message>
        <source>Press a key, speak, press it again</source>
        <translation>キーを押して話し、もう一度押す</translation>
    </message>
    <message>
        <source>Press Start and speak</source>
        <translation>「開始」を押して話してください</translation>
    </message>
    <message>
        <source>Press Start and speak.</source>
        <translation>「開始」を押して話してください。</translation>
    </message>
    <message>
        <source>Press the keys… (Esc: leave it)</source>
        <translation>キーを押してください… (Esc: 変更しない)</translation>
    </message>
    <message>
        <source>Press {hotkey}, say any sentence, and press it again.</source>
        <translation>{hotkey}を押して何か一文を話し、もう一度押してください。</translation>
    </message>
    <message>
        <source>Press {hotkey}, say “one, two, three”, and press it again:</source>
        <translation>{hotkey}を押して「いち、に、さん」と言い、もう一度押してください:</translation>
    </message>
    <message>
        <source>Press {key} in any program</source>
        <translation>どのプログラムでも{key}を押して使えます</translation>
    </message>
    <message>
        <source>Previous (Shift+F3)</source>
        <translation>前へ (Shift+F3)</translation>
    </message>
    <message>
        <source>private network internet cloud</source>
        <translation>プライバシー 非公開 ネットワーク インターネット クラウド オフライン</translation>
    </message>
    <message>
        <source>Private: what you say does not leave this computer. Needs no network and no account.</source>
        <translation>プライベート: 話した内容はこのコンピューターの外に出ません。ネットワークもアカウントも不要です。</translation>
    </message>
    <message>
        <source>problem</source>
        <translation>問題あり</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>問題</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>プログラム</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>進行状況</translation>
    </message>
    <message>
        <source>Progress of the trial</source>
        <translation>試行の進行状況</translation>
    </message>
    <message>
        <source>Progress of transcribing again</source>
        <translation>再文字起こしの進行状況</translation>
    </message>
    <message>
        <source>Progress of {label}</source>
        <translation>{label}の進行状況</translation>
    </message>
    <message>
        <source>Progress of {name}</source>
        <translation>{name}の進行状況</translation>
    </message>
    <message>
        <source>Push-to-talk</source>
        <translation>プッシュトゥトーク</translation>
    </message>
    <message>
        <source>Put a new one into {settings}, or check the computer's date and time.</source>
        <translation>{settings}に新しいものを入力するか、コンピューターの日付と時刻を確認してください。</translation>
    </message>
    <message>
        <source>Put it into Settings → aiOla, or an API key into the environment variable {key_variable}.</source>
        <translation>「設定」→「aiOla」に入力するか、APIキーを環境変数{key_variable}に設定してください。</translation>
    </message>
    <message>
        <source>Put it into {settings}, or into {key_variable}.</source>
        <translation>{settings}または{key_variable}に入力してください。</translation>
    </message>
    <message>
        <source>Put the file back, or start Saywrite again: it begins a new history, and recordings are kept.</source>
        <translation>ファイルを元に戻すか、Saywriteをもう一度起動してください。新しい履歴が始まり、録音は保持されます。</translation>
    </message>
    <message>
        <source>Put them into the proxy's address in the system's settings or in HTTPS_PROXY (http://name:password@host:port).</source>
        <translation>システムの設定またはHTTPS_PROXYにあるプロキシのアドレスに含めてください (http://name:password@host:port)。</translation>
    </message>
    <message>
        <source>Put your company's address into Settings → aiOla, or an API key into {key_variable}.</source>
        <translation>「設定」→「aiOla」に会社のアドレスを入力するか、APIキーを{key_variable}に設定してください。</translation>
    </message>
    <message>
        <source>Put your company's address into {settings}.</source>
        <translation>{settings}に会社のアドレスを入力してください。</translation>
    </message>
    <message>
        <source>Python packages</source>
        <translation>Pythonパッケージ</translation>
    </message>
    <message>
        <source>quit background</source>
        <translation>終了 閉じる バックグラウンド</translation>
    </message>
    <message>
        <source>Quit it and start it again.</source>
        <translation>終了して、もう一度起動してください。</translation>
    </message>
    <message>
        <source>Quit it and start it again: it may be an older one.</source>
        <translation>終了して、もう一度起動してください。古いバージョンの可能性があります。</translation>
    </message>
    <message>
        <source>quits a program</source>
        <translation>プログラムを終了</translation>
    </message>
    <message>
        <source>Raise its input level in the sound settings, or come closer to it.</source>
        <translation>サウンド設定で入力レベルを上げるか、マイクに近づいてください。</translation>
    </message>
    <message>
        <source>Raise its level, then transcribe it again.</source>
        <translation>音量レベルを上げてから、もう一度文字起こししてください。</translation>
    </message>
    <message>
        <source>Re&amp;move</source>
        <translation>削除(&amp;M)</translation>
    </message>
    <message>
        <source>Reading the file…</source>
        <translation>ファイルを読み込んでいます…</translation>
    </message>
    <message>
        <source>reads and writes sound files; it comes inside PyAV (BSD 3-Clause)</source>
        <translation>音声ファイルを読み書きします。PyAV (BSD 3-Clause)に含まれます</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>準備完了</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>準備完了</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>受信</translation>
    </message>
    <message>
        <source>Recognition</source>
        <translation>認識</translation>
    </message>
    <message>
        <source>Recognition models</source>
        <translation>認識モデル</translation>
    </message>
    <message>
        <source>Recognize the &amp;recordings again</source>
        <translation>録音をもう一度認識(&amp;R)</translation>
    </message>
    <message>
        <source>Recognized by {other} while {recognizer} was away</source>
        <translation>{recognizer}に接続できない間に{other}が認識</translation>
    </message>
    <message>
        <source>Recognized on this computer while {recognizer} was away</source>
        <translation>{recognizer}に接続できない間にこのコンピューターで認識</translation>
    </message>
    <message>
        <source>Recognizer</source>
        <translation>認識エンジン</translation>
    </message>
    <message>
        <source>Recognizer and language</source>
        <translation>認識エンジンと言語</translation>
    </message>
    <message>
        <source>Recognizer and language: {words}</source>
        <translation>認識エンジンと言語: {words}</translation>
    </message>
    <message>
        <source>Recognizer and microphone</source>
        <translation>認識エンジンとマイク</translation>
    </message>
    <message>
        <source>Recognizer of the second key</source>
        <translation>2番目のキーの認識エンジン</translation>
    </message>
    <message>
        <source>Recognizer state</source>
        <translation>認識エンジンの状態</translation>
    </message>
    <message>
        <source>Recognizer: {word}</source>
        <translation>認識エンジン: {word}</translation>
    </message>
    <message>
        <source>Recognizing recording {done} of {number}</source>
        <translation>録音を認識しています ({done}/{number})</translation>
    </message>
    <message>
        <source>Recognizing your last dictation…</source>
        <translation>直近の音声入力を認識しています…</translation>
    </message>
    <message>
        <source>reconnecting</source>
        <translation>再接続中</translation>
    </message>
    <message>
        <source>reconnecting in {left} s</source>
        <translation>{left}秒後に再接続</translation>
    </message>
    <message>
        <source>Reconnecting, recording goes on</source>
        <translation>再接続中、録音は続いています</translation>
    </message>
    <message>
        <source>reconnecting…</source>
        <translation>再接続しています…</translation>
    </message>
    <message>
        <source>Record or copy it again.</source>
        <translation>録音し直すか、もう一度コピーしてください。</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>録音済み</translation>
    </message>
    <message>
        <source>Recorded time</source>
        <translation>録音時間</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>録音中</translation>
    </message>
    <message>
        <source>Recording continues in both cases.</source>
        <translation>どちらの場合も録音は続きます。</translation>
    </message>
    <message>
        <source>Recording goes on as soon as sound arrives.</source>
        <translation>音声が届き次第、録音を再開します。</translation>
    </message>
    <message>
        <source>Recording goes on while the connection is being restored.</source>
        <translation>接続を復旧している間も録音は続きます。</translation>
    </message>
    <message>
        <source>recording, text follows</source>
        <translation>録音中、テキストは後で表示されます</translation>
    </message>
    <message>
        <source>Recording; the connection is being restored…</source>
        <translation>録音中。接続を復旧しています…</translation>
    </message>
    <message>
        <source>Recordings are kept until you choose in the settings for how long.</source>
        <translation>設定で保存期間を選ぶまで、録音は保持されます。</translation>
    </message>
    <message>
        <source>Recordings whose text is missing now are offered to be transcribed again.</source>
        <translation>現在テキストのない録音は、もう一度文字起こしできるように表示されます。</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>拒否されました</translation>
    </message>
    <message>
        <source>refused, again in {left} s</source>
        <translation>拒否されました。{left}秒後に再試行</translation>
    </message>
    <message>
        <source>refused, trying again…</source>
        <translation>拒否されました。再試行しています…</translation>
    </message>
    <message>
        <source>refused: {reason}</source>
        <translation>拒否されました: {reason}</translation>
    </message>
    <message>
        <source>Release to text</source>
        <translation>キーを離してからテキストまで</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>取り除く</translation>
    </message>
    <message>
        <source>Remove it and download it again: saywrite models remove {model}, saywrite models download {model}</source>
        <translation>削除して、もう一度ダウンロードしてください: saywrite models remove {model}、saywrite models download {model}</translation>
    </message>
    <message>
        <source>Remove the selected keywords (Delete)</source>
        <translation>選択したキーワードを削除 (Delete)</translation>
    </message>
    <message>
        <source>Remove {folder}.</source>
        <translation>{folder}を削除してください。</translation>
    </message>
    <message>
        <source>Remove {label} from this computer?</source>
        <translation>{label}をこのコンピューターから取り除きますか？</translation>
    </message>
    <message>
        <source>Remove {path}.</source>
        <translation>{path}を削除してください。</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>取り除く…</translation>
    </message>
    <message>
        <source>Rename the folder, then try again.</source>
        <translation>フォルダーの名前を変更してから、もう一度お試しください。</translation>
    </message>
    <message>
        <source>Restart it, or log out and in again.</source>
        <translation>再起動するか、ログアウトしてログインし直してください。</translation>
    </message>
    <message>
        <source>Restart Saywrite; if that does not help, install it again.</source>
        <translation>Saywriteを再起動してください。解決しない場合は、もう一度インストールしてください。</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>再開</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>再試行</translation>
    </message>
    <message>
        <source>Retry {name}</source>
        <translation>{name}を再試行</translation>
    </message>
    <message>
        <source>Right {key}</source>
        <translation>右 {key}</translation>
    </message>
    <message>
        <source>Rules for single programs</source>
        <translation>プログラムごとの規則</translation>
    </message>
    <message>
        <source>Run: chmod 700 {folder}</source>
        <translation>次を実行してください: chmod 700 {folder}</translation>
    </message>
    <message>
        <source>runs a command</source>
        <translation>コマンドを実行</translation>
    </message>
    <message>
        <source>runs the speech models; its wheels carry libgomp (GPL 3 with the GCC runtime library exception)</source>
        <translation>音声モデルを実行します。wheelパッケージにlibgompを含みます (GPL 3、GCCランタイムライブラリ例外付き)</translation>
    </message>
    <message>
        <source>S&amp;how</source>
        <translation>表示(&amp;H)</translation>
    </message>
    <message>
        <source>S&amp;kip</source>
        <translation>スキップ(&amp;K)</translation>
    </message>
    <message>
        <source>S&amp;peed…</source>
        <translation>速度(&amp;P)…</translation>
    </message>
    <message>
        <source>S&amp;top testing</source>
        <translation>テストを停止(&amp;T)</translation>
    </message>
    <message>
        <source>S&amp;wap with “{other}”</source>
        <translation>「{other}」と入れ替える(&amp;W)</translation>
    </message>
    <message>
        <source>Same as the first key</source>
        <translation>1番目のキーと同じ</translation>
    </message>
    <message>
        <source>Same as the system</source>
        <translation>システムと同じ</translation>
    </message>
    <message>
        <source>Save audio</source>
        <translation>音声を保存</translation>
    </message>
    <message>
        <source>Save audio…</source>
        <translation>音声を保存…</translation>
    </message>
    <message>
        <source>Save the sound to a file first.</source>
        <translation>先に音声をファイルに保存してください。</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>保存しました</translation>
    </message>
    <message>
        <source>Saved as {name}</source>
        <translation>{name}として保存済み</translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation>{name}を保存しました</translation>
    </message>
    <message>
        <source>saves</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>保存しています…</translation>
    </message>
    <message>
        <source>Say a sentence</source>
        <translation>何か一文を話す</translation>
    </message>
    <message>
        <source>Say how to write “{spoken}”: the written form is empty.</source>
        <translation>「{spoken}」の書き方を入力してください。表記が空です。</translation>
    </message>
    <message>
        <source>Say something</source>
        <translation>何か話す</translation>
    </message>
    <message>
        <source>Say something.</source>
        <translation>何か話してください。</translation>
    </message>
    <message>
        <source>Say what is heard: the spoken form is empty.</source>
        <translation>どう聞こえるかを入力してください。読みが空です。</translation>
    </message>
    <message>
        <source>Say “k eight s”, write “Kubernetes”.

Names, products, jargon: on the left as heard, on the right as written.</source>
        <translation>「ケーエイトエス」と言うと、「Kubernetes」と書きます。

名前、製品名、専門用語: 左に聞こえるとおりの読み、右に書きたい表記を入力します。</translation>
    </message>
    <message>
        <source>Saywrite</source>
        <translation>Saywrite</translation>
    </message>
    <message>
        <source>Saywrite (process {pid}) does not answer.</source>
        <translation>Saywrite (プロセス{pid}) が応答しません。</translation>
    </message>
    <message>
        <source>Saywrite cannot be asked: {reason}.</source>
        <translation>Saywriteに問い合わせできません: {reason}。</translation>
    </message>
    <message>
        <source>Saywrite cannot be started with the session: the name {path} is no valid text.</source>
        <translation>Saywriteをセッションと同時に起動できません。名前{path}は有効なテキストではありません。</translation>
    </message>
    <message>
        <source>Saywrite cannot use this key. Press another one.</source>
        <translation>このキーは Saywrite では使えません。別のキーを押してください。</translation>
    </message>
    <message>
        <source>Saywrite hears the key, in every program.</source>
        <translation>Saywriteは、どのプログラムでもこのキーを受け取ります。</translation>
    </message>
    <message>
        <source>Saywrite is already running on {display}; its window is there. Quit it there first to have it here, or start it with --data and another folder.</source>
        <translation>Saywriteは既に{display}で動作しており、ウィンドウはそちらにあります。こちらで使うには、先にそちらで終了するか、--dataで別のフォルダーを指定して起動してください。</translation>
    </message>
    <message>
        <source>Saywrite is already running with this data folder (process {pid} on {host}).</source>
        <translation>このデータフォルダーで、Saywriteが既に動作しています ({host}のプロセス{pid})。</translation>
    </message>
    <message>
        <source>Saywrite is already running with this data folder.</source>
        <translation>このデータフォルダーで、Saywriteが既に動作しています。</translation>
    </message>
    <message>
        <source>Saywrite is not running.</source>
        <translation>Saywriteは動作していません。</translation>
    </message>
    <message>
        <source>Saywrite is running (process {pid}) but takes no commands.</source>
        <translation>Saywriteは動作していますが (プロセス{pid})、コマンドを受け付けません。</translation>
    </message>
    <message>
        <source>Saywrite is under the MIT license. Its parts have licenses of their own.</source>
        <translation>SaywriteはMITライセンスです。構成要素にはそれぞれのライセンスがあります。</translation>
    </message>
    <message>
        <source>Saywrite itself had the focus, so the text was not inserted anywhere.</source>
        <translation>Saywrite自体が前面にあったため、テキストをどこにも挿入しませんでした。</translation>
    </message>
    <message>
        <source>Saywrite may not write to {place}</source>
        <translation>Saywriteには{place}への書き込みが許可されていません</translation>
    </message>
    <message>
        <source>Saywrite may not write to {place}.</source>
        <translation>Saywriteには{place}への書き込みが許可されていません。</translation>
    </message>
    <message>
        <source>Saywrite opens no connection to the network: it does not use aiOla and downloads no models.</source>
        <translation>Saywriteはネットワークに接続しません。aiOlaを使わず、モデルもダウンロードしません。</translation>
    </message>
    <message>
        <source>Saywrite overlay</source>
        <translation>Saywriteオーバーレイ</translation>
    </message>
    <message>
        <source>Saywrite stays here</source>
        <translation>Saywriteはここで動作を続けます</translation>
    </message>
    <message>
        <source>Saywrite stays in the tray. If there is no tray, closing the window quits.</source>
        <translation>Saywriteはシステムトレイに残ります。トレイがない場合は、ウィンドウを閉じると終了します。</translation>
    </message>
    <message>
        <source>Saywrite stays open as a window. On GNOME the extension AppIndicator adds a tray.</source>
        <translation>Saywriteはウィンドウとして開いたままになります。GNOMEでは、拡張機能AppIndicatorでトレイを追加できます。</translation>
    </message>
    <message>
        <source>Saywrite {version} is there.</source>
        <translation>Saywrite {version}が公開されています。</translation>
    </message>
    <message>
        <source>Saywrite {version} · Python {python_version} · Qt {qVersion} · {platform}</source>
        <translation>Saywrite {version} · Python {python_version} · Qt {qVersion} · {platform}</translation>
    </message>
    <message>
        <source>Saywrite: say “{phrase}”. The microphone is open.</source>
        <translation>Saywrite: 「{phrase}」と言ってください。マイクは開いています。</translation>
    </message>
    <message>
        <source>Saywrite: {words}{preroll}</source>
        <translation>Saywrite: {words}{preroll}</translation>
    </message>
    <message>
        <source>Se&amp;ttings…</source>
        <translation>設定(&amp;T)…</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>検索</translation>
    </message>
    <message>
        <source>Search in everything you dictated</source>
        <translation>音声入力したすべての内容から検索</translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation>履歴を検索</translation>
    </message>
    <message>
        <source>Search the settings</source>
        <translation>設定を検索</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>検索しています…</translation>
    </message>
    <message>
        <source>Second key</source>
        <translation>2番目のキー</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>すべて選択(&amp;A)</translation>
    </message>
    <message>
        <source>selects all</source>
        <translation>すべて選択</translation>
    </message>
    <message>
        <source>Send it again when it is complete.</source>
        <translation>完成したら、もう一度送信してください。</translation>
    </message>
    <message>
        <source>sending the file</source>
        <translation>ファイルの送信</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>送信</translation>
    </message>
    <message>
        <source>Sent to</source>
        <translation>送信先</translation>
    </message>
    <message>
        <source>Sent to {program}; it does not tell whether it took the text</source>
        <translation>{program}に送りました。受け取られたかどうかは、このプログラムからは分かりません</translation>
    </message>
    <message>
        <source>sent {sent}</source>
        <translation>送信 {sent}</translation>
    </message>
    <message>
        <source>Service address</source>
        <translation>サービスのアドレス</translation>
    </message>
    <message>
        <source>Set it to 48,000 Hz in the system's sound settings, or choose another microphone.</source>
        <translation>システムのサウンド設定で48,000 Hzに設定するか、別のマイクを選んでください。</translation>
    </message>
    <message>
        <source>Set its date and time; dictation works all the same.</source>
        <translation>日付と時刻を合わせてください。音声入力はこのままでも使えます。</translation>
    </message>
    <message>
        <source>Set the computer's date and time, then try again.</source>
        <translation>コンピューターの日付と時刻を合わせてから、もう一度試してください。</translation>
    </message>
    <message>
        <source>Set XDG_RUNTIME_DIR to a folder with a shorter path.</source>
        <translation>XDG_RUNTIME_DIRに、パスのより短いフォルダーを指定してください。</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>設定</translation>
    </message>
    <message>
        <source>Settings &gt; Keyboard &gt; View and Customize Shortcuts &gt; Custom Shortcuts: add one with this command</source>
        <translation>設定 &gt; キーボード &gt; ショートカットの表示とカスタマイズ &gt; 独自のショートカット: このコマンドで追加します</translation>
    </message>
    <message>
        <source>Settings → aiOla</source>
        <translation>「設定」→「aiOla」</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>表示(&amp;W)</translation>
    </message>
    <message>
        <source>shortcut hotkey</source>
        <translation>ショートカットキー ホットキー キーの組み合わせ</translation>
    </message>
    <message>
        <source>shortcut hotkey voice start stop listening accessibility</source>
        <translation>ショートカットキー ホットキー ハンズフリー 声 音声操作 開始 停止 聞き取り アクセシビリティ</translation>
    </message>
    <message>
        <source>shortcut push-to-talk</source>
        <translation>ショートカットキー ホットキー キーの組み合わせ プッシュトゥトーク</translation>
    </message>
    <message>
        <source>Shortest speech</source>
        <translation>発話の最小の長さ</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>表示</translation>
    </message>
    <message>
        <source>Show &amp;window</source>
        <translation>ウィンドウを表示(&amp;W)</translation>
    </message>
    <message>
        <source>Show all dictations</source>
        <translation>すべての音声入力を表示</translation>
    </message>
    <message>
        <source>Show fewer messages</source>
        <translation>メッセージを減らす</translation>
    </message>
    <message>
        <source>Show text</source>
        <translation>テキストを表示</translation>
    </message>
    <message>
        <source>Show the &amp;files</source>
        <translation>ファイルを表示(&amp;F)</translation>
    </message>
    <message>
        <source>Show the keywords</source>
        <translation>キーワードを表示</translation>
    </message>
    <message>
        <source>Show the text of {name}</source>
        <translation>{name}のテキストを表示</translation>
    </message>
    <message>
        <source>Show the unfinished dictations</source>
        <translation>未完了の音声入力を表示</translation>
    </message>
    <message>
        <source>Show the waveform</source>
        <translation>波形を表示</translation>
    </message>
    <message>
        <source>Show words while you speak</source>
        <translation>話している間に言葉を表示</translation>
    </message>
    <message>
        <source>Shows words while you speak and writes while aiOla cannot be reached. Needs a recognition model.</source>
        <translation>話している間に言葉を表示し、aiOlaに接続できない間は書き取ります。認識モデルが必要です。</translation>
    </message>
    <message>
        <source>shows your keywords: names and terms as you write them</source>
        <translation>キーワード (名前や用語とその表記) を表示します</translation>
    </message>
    <message>
        <source>Sign in with</source>
        <translation>サインインの方法</translation>
    </message>
    <message>
        <source>Sign-in address</source>
        <translation>サインインのアドレス</translation>
    </message>
    <message>
        <source>Signed in at {host}.</source>
        <translation>{host}にサインインしました。</translation>
    </message>
    <message>
        <source>signing in</source>
        <translation>サインイン</translation>
    </message>
    <message>
        <source>Signing in failed ({name}).</source>
        <translation>サインインできませんでした ({name})。</translation>
    </message>
    <message>
        <source>Some sound got lost on its way.</source>
        <translation>音声の一部が途中で失われました。</translation>
    </message>
    <message>
        <source>Some terminals run a command at every line break.</source>
        <translation>一部の端末は、改行のたびにコマンドを実行します。</translation>
    </message>
    <message>
        <source>Something went wrong inside Saywrite.</source>
        <translation>Saywriteの内部で問題が発生しました。</translation>
    </message>
    <message>
        <source>Something went wrong inside Saywrite. What you said is kept in the recording.</source>
        <translation>Saywriteの内部で問題が発生しました。話した内容は録音に残っています。</translation>
    </message>
    <message>
        <source>Something went wrong while the text was being inserted.</source>
        <translation>テキストの挿入中に問題が発生しました。</translation>
    </message>
    <message>
        <source>Sound goes to {host}.</source>
        <translation>音声は{host}に送信されます。</translation>
    </message>
    <message>
        <source>Sound system</source>
        <translation>サウンドシステム</translation>
    </message>
    <message>
        <source>Sound that has no text yet can no longer be read.</source>
        <translation>まだテキストになっていない音声を読み取れなくなりました。</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>音源</translation>
    </message>
    <message>
        <source>Spanish</source>
        <translation>スペイン語</translation>
    </message>
    <message>
        <source>Speak</source>
        <translation>話す</translation>
    </message>
    <message>
        <source>Speak up, move closer, or raise the input level in the sound settings of this computer.</source>
        <translation>大きな声で話すか、マイクに近づくか、このコンピューターのサウンド設定で入力レベルを上げてください。</translation>
    </message>
    <message>
        <source>Speak while “{status}” is shown.</source>
        <translation>「{status}」と表示されている間に話してください。</translation>
    </message>
    <message>
        <source>Speak, and it is written.</source>
        <translation>話すと、文字になります。</translation>
    </message>
    <message>
        <source>Speak, then press it again: your words are inserted where you type.</source>
        <translation>話してからもう一度押すと、入力中の位置に言葉が挿入されます。</translation>
    </message>
    <message>
        <source>Speak, then release the key: your words are inserted where you type.</source>
        <translation>話してからキーを離すと、入力中の位置に言葉が挿入されます。</translation>
    </message>
    <message>
        <source>Speak. Your words appear here as you say them.</source>
        <translation>話してください。話すそばから、ここに言葉が表示されます。</translation>
    </message>
    <message>
        <source>Speak. Your words are written as soon as the model is here.</source>
        <translation>話してください。モデルが用意でき次第、文字になります。</translation>
    </message>
    <message>
        <source>Speech</source>
        <translation>音声</translation>
    </message>
    <message>
        <source>Speech by month and host</source>
        <translation>月別・ホスト別の音声</translation>
    </message>
    <message>
        <source>Speech counts for a host when any of it was sent there. Dictations that you delete stay in the sums of their month, without their text.</source>
        <translation>一部でも送信された音声は、そのホストの分として数えます。削除した音声入力も、テキストなしでその月の合計に残ります。</translation>
    </message>
    <message>
        <source>speech models by OpenAI, converted by Systran (faster-whisper) and dropbox-dash, with 8-bit integers made here</source>
        <translation>OpenAIの音声モデル。Systran (faster-whisper)とdropbox-dashが変換し、Saywriteが8ビット整数にしたもの</translation>
    </message>
    <message>
        <source>Speech threshold</source>
        <translation>音声のしきい値</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>Speed of each step</source>
        <translation>各段階の速度</translation>
    </message>
    <message>
        <source>Speed of each step: median, 95th percentile</source>
        <translation>各段階の速度: 中央値、95パーセンタイル</translation>
    </message>
    <message>
        <source>Speed – Saywrite</source>
        <translation>速度 – Saywrite</translation>
    </message>
    <message>
        <source>spoken</source>
        <translation>読み</translation>
    </message>
    <message>
        <source>Spoken punctuation</source>
        <translation>句読点の音声入力</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>開始</translation>
    </message>
    <message>
        <source>Start again; if it happens again, send the log (Help &gt; Copy diagnostics).</source>
        <translation>もう一度開始してください。再び起きる場合は、ログを送ってください (「ヘルプ」&gt;「診断情報をコピー」)。</translation>
    </message>
    <message>
        <source>Start again; if that does not help, “saywrite doctor” and the log tell more.</source>
        <translation>もう一度開始してください。解決しない場合は、「saywrite doctor」とログで詳細を確認できます。</translation>
    </message>
    <message>
        <source>Start at login</source>
        <translation>ログイン時に起動</translation>
    </message>
    <message>
        <source>Start dictation</source>
        <translation>音声入力を開始</translation>
    </message>
    <message>
        <source>Start in the tray</source>
        <translation>トレイで起動</translation>
    </message>
    <message>
        <source>Start it with: saywrite</source>
        <translation>次のコマンドで起動してください: saywrite</translation>
    </message>
    <message>
        <source>Start Saywrite again.</source>
        <translation>Saywriteをもう一度起動してください。</translation>
    </message>
    <message>
        <source>Start Saywrite again. Recordings are kept, and their text is made again where it is missing.</source>
        <translation>Saywriteをもう一度起動してください。録音は保持され、足りないテキストは作り直されます。</translation>
    </message>
    <message>
        <source>Start Saywrite again: it sets the file aside, keeps what can be read of it and begins a new history. Recordings are not affected.</source>
        <translation>Saywriteをもう一度起動してください。このファイルを別に置き、読み取れる内容を残して新しい履歴を始めます。録音に影響はありません。</translation>
    </message>
    <message>
        <source>Start Saywrite again; it offers the recording. Help &gt; Copy diagnostics helps us to find the cause.</source>
        <translation>Saywriteをもう一度起動してください。録音は未完了の音声入力として表示されます。原因の調査には「ヘルプ」&gt;「診断情報をコピー」が役立ちます。</translation>
    </message>
    <message>
        <source>Start Saywrite from the desktop, not from another session.</source>
        <translation>Saywriteを別のセッションからではなく、デスクトップから起動してください。</translation>
    </message>
    <message>
        <source>start with --data and another folder</source>
        <translation>--dataで別のフォルダーを指定して起動して</translation>
    </message>
    <message>
        <source>Starting, press to stop</source>
        <translation>開始しています。押すと停止します</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>開始しています…</translation>
    </message>
    <message>
        <source>starts and stops in this window</source>
        <translation>このウィンドウで開始・停止します</translation>
    </message>
    <message>
        <source>Starts and stops without the key</source>
        <translation>キーを使わずに開始・停止</translation>
    </message>
    <message>
        <source>Stay connected for</source>
        <translation>接続を保つ時間</translation>
    </message>
    <message>
        <source>Step {number} of {steps}: {name}</source>
        <translation>手順{number}/{steps}: {name}</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop &amp;without waiting for text</source>
        <translation>テキストを待たずに停止(&amp;W)</translation>
    </message>
    <message>
        <source>Stop (Ctrl+P)</source>
        <translation>停止 (Ctrl+P)</translation>
    </message>
    <message>
        <source>Stop dictation, recording now</source>
        <translation>音声入力を停止、録音中</translation>
    </message>
    <message>
        <source>Stop dictation, recording now, reconnecting</source>
        <translation>音声入力を停止、録音中、再接続中</translation>
    </message>
    <message>
        <source>Stop it first, then transcribe the file.</source>
        <translation>先に停止してから、ファイルを文字起こししてください。</translation>
    </message>
    <message>
        <source>Stop it first, then transcribe the unfinished one.</source>
        <translation>先に停止してから、未完了の音声入力を文字起こししてください。</translation>
    </message>
    <message>
        <source>Stop it first.</source>
        <translation>先に停止してください。</translation>
    </message>
    <message>
        <source>Stop it there first.</source>
        <translation>先にそちらで停止してください。</translation>
    </message>
    <message>
        <source>Stop that download first.</source>
        <translation>先にそのダウンロードを停止してください。</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>停止しました。</translation>
    </message>
    <message>
        <source>Structured results</source>
        <translation>構造化された結果</translation>
    </message>
    <message>
        <source>Su&amp;ggestions</source>
        <translation>候補(&amp;G)</translation>
    </message>
    <message>
        <source>Su&amp;ggestions ({number})</source>
        <translation>候補(&amp;G) ({number})</translation>
    </message>
    <message>
        <source>SubRip subtitles</source>
        <translation>SubRip字幕</translation>
    </message>
    <message>
        <source>Subtitles need the times of the words, and this text has none.</source>
        <translation>字幕には各語の時刻が必要ですが、このテキストにはありません。</translation>
    </message>
    <message>
        <source>Suggest keywords from my &amp;corrections</source>
        <translation>修正からキーワードの候補を作る(&amp;C)</translation>
    </message>
    <message>
        <source>Suggest keywords from my corrections</source>
        <translation>修正からキーワードの候補を作る</translation>
    </message>
    <message>
        <source>Suggested keywords</source>
        <translation>キーワードの候補</translation>
    </message>
    <message>
        <source>Switch the hands-free mode on and off</source>
        <translation>ハンズフリーモードのオン・オフを切り替える</translation>
    </message>
    <message>
        <source>switches between programs</source>
        <translation>プログラムの切り替え</translation>
    </message>
    <message>
        <source>switches between windows</source>
        <translation>ウィンドウの切り替え</translation>
    </message>
    <message>
        <source>Switches the hands-free mode on and off.</source>
        <translation>ハンズフリーモードのオンとオフを切り替えます。</translation>
    </message>
    <message>
        <source>switches the input method (IBus, Fcitx)</source>
        <translation>入力メソッドの切り替え (IBus、Fcitx)</translation>
    </message>
    <message>
        <source>switches the input source</source>
        <translation>入力ソースの切り替え</translation>
    </message>
    <message>
        <source>switches the keyboard layout</source>
        <translation>キーボード配列の切り替え</translation>
    </message>
    <message>
        <source>System default</source>
        <translation>システムの既定</translation>
    </message>
    <message>
        <source>System Settings &gt; Keyboard &gt; Shortcuts &gt; Add New &gt; Command: enter this command</source>
        <translation>システム設定 &gt; キーボード &gt; ショートカット &gt; 新規追加 &gt; コマンド: このコマンドを入力します</translation>
    </message>
    <message>
        <source>takes a picture of the screen</source>
        <translation>スクリーンショットを撮影</translation>
    </message>
    <message>
        <source>Tap to start and stop</source>
        <translation>押して開始、もう一度押して停止</translation>
    </message>
    <message>
        <source>Test of the connection</source>
        <translation>接続のテスト</translation>
    </message>
    <message>
        <source>Testing…</source>
        <translation>テストしています…</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>テキスト</translation>
    </message>
    <message>
        <source>Text it has now</source>
        <translation>現在のテキスト</translation>
    </message>
    <message>
        <source>Text of the dictation</source>
        <translation>音声入力のテキスト</translation>
    </message>
    <message>
        <source>Text to inserted</source>
        <translation>テキストから挿入まで</translation>
    </message>
    <message>
        <source>Text to show</source>
        <translation>表示するテキスト</translation>
    </message>
    <message>
        <source>Text until {until}: {origin}</source>
        <translation>{until}までのテキスト: {origin}</translation>
    </message>
    <message>
        <source>text {confirmed}</source>
        <translation>テキスト {confirmed}</translation>
    </message>
    <message>
        <source>Text: {stem}</source>
        <translation>ライセンス文: {stem}</translation>
    </message>
    <message>
        <source>Texts of this dictation</source>
        <translation>この音声入力のテキスト</translation>
    </message>
    <message>
        <source>Texts with hits</source>
        <translation>一致するテキスト</translation>
    </message>
    <message>
        <source>That did not work</source>
        <translation>うまくいきませんでした</translation>
    </message>
    <message>
        <source>That is silence.</source>
        <translation>無音です。</translation>
    </message>
    <message>
        <source>That took {took} from the end of your words to the text.</source>
        <translation>話し終わってからテキストになるまで{took}かかりました。</translation>
    </message>
    <message>
        <source>The access token contains characters that cannot occur in one.</source>
        <translation>アクセストークンに、使われるはずのない文字が含まれています。</translation>
    </message>
    <message>
        <source>The access token is there.</source>
        <translation>アクセストークンがあります。</translation>
    </message>
    <message>
        <source>The address of the proxy cannot be read.</source>
        <translation>プロキシのアドレスを読み取れません。</translation>
    </message>
    <message>
        <source>The API key contains characters that cannot occur in one.</source>
        <translation>APIキーに、使われるはずのない文字が含まれています。</translation>
    </message>
    <message>
        <source>The clipboard could not be used, so the text was not inserted.</source>
        <translation>クリップボードを使えなかったため、テキストを挿入しませんでした。</translation>
    </message>
    <message>
        <source>The command does not come from this user.</source>
        <translation>このコマンドは、このユーザーからのものではありません。</translation>
    </message>
    <message>
        <source>The computer was asleep.</source>
        <translation>コンピューターがスリープしていました。</translation>
    </message>
    <message>
        <source>The computer was too busy to take all sound.</source>
        <translation>コンピューターの負荷が高く、すべての音声を取り込めませんでした。</translation>
    </message>
    <message>
        <source>The configuration of the sound system ALSA is missing or damaged.</source>
        <translation>サウンドシステムALSAの設定が見つからないか、破損しています。</translation>
    </message>
    <message>
        <source>The connection is made anew.</source>
        <translation>接続し直します。</translation>
    </message>
    <message>
        <source>The connection to aiOla no longer answers.</source>
        <translation>aiOlaとの接続が応答しなくなりました。</translation>
    </message>
    <message>
        <source>The connection to the X display was lost, so the text could not be put into another program.</source>
        <translation>Xディスプレイへの接続が失われたため、テキストを別のプログラムに入れられませんでした。</translation>
    </message>
    <message>
        <source>The connection to {host} failed ({detail}, while {doing}).</source>
        <translation>{host}への接続に失敗しました ({detail}、処理: {doing})。</translation>
    </message>
    <message>
        <source>The connection to {host} was lost.</source>
        <translation>{host}への接続が失われました。</translation>
    </message>
    <message>
        <source>the connection was cut</source>
        <translation>接続が切れました</translation>
    </message>
    <message>
        <source>The delay cannot be measured: the service does not answer pings.</source>
        <translation>遅延を測定できません: サービスがpingに応答しません。</translation>
    </message>
    <message>
        <source>The delay is {milliseconds} ms.</source>
        <translation>遅延は{milliseconds} msです。</translation>
    </message>
    <message>
        <source>The desktop could not let Saywrite insert text into other programs.</source>
        <translation>デスクトップ側の問題で、Saywriteがほかのプログラムにテキストを挿入できるようになりませんでした。</translation>
    </message>
    <message>
        <source>The desktop could not set up the key.</source>
        <translation>デスクトップがキーを設定できませんでした。</translation>
    </message>
    <message>
        <source>The desktop does not let Saywrite insert text into other programs.</source>
        <translation>デスクトップは、Saywriteがほかのプログラムにテキストを挿入することを許可していません。</translation>
    </message>
    <message>
        <source>The desktop gave Saywrite no keyboard or no clipboard to insert text with.</source>
        <translation>デスクトップから、テキストの挿入に使うキーボードまたはクリップボードを得られませんでした。</translation>
    </message>
    <message>
        <source>The desktop has no key for {value} yet.</source>
        <translation>デスクトップには、{value}のキーがまだありません。</translation>
    </message>
    <message>
        <source>The desktop no longer tells which keys are pressed.</source>
        <translation>デスクトップから、押されたキーの通知が届かなくなりました。</translation>
    </message>
    <message>
        <source>The desktop took the key away.</source>
        <translation>デスクトップによってキーが取り消されました。</translation>
    </message>
    <message>
        <source>The desktop was not allowed to give Saywrite a key.</source>
        <translation>デスクトップがSaywriteにキーを渡すことは許可されませんでした。</translation>
    </message>
    <message>
        <source>The desktop was not allowed to let Saywrite insert text into other programs.</source>
        <translation>Saywriteがほかのプログラムにテキストを挿入することが、デスクトップで許可されませんでした。</translation>
    </message>
    <message>
        <source>The desktop's portal does not answer.</source>
        <translation>デスクトップのポータルが応答しません。</translation>
    </message>
    <message>
        <source>The diagnostics could not be made: {error}</source>
        <translation>診断情報を作成できませんでした: {error}</translation>
    </message>
    <message>
        <source>The dictation goes on; the place is marked in the transcript.</source>
        <translation>音声入力は続きます。該当する位置は文字起こしの中に示されます。</translation>
    </message>
    <message>
        <source>The dictation stopped working because of an error in Saywrite. What was recorded is on disk.</source>
        <translation>Saywriteのエラーのため、音声入力が停止しました。録音された内容はディスクにあります。</translation>
    </message>
    <message>
        <source>The dictation was cancelled</source>
        <translation>音声入力をキャンセルしました</translation>
    </message>
    <message>
        <source>The dictation was cancelled.</source>
        <translation>音声入力をキャンセルしました。</translation>
    </message>
    <message>
        <source>The dictation was ended: the longest time for a dictation was reached.</source>
        <translation>音声入力を終了しました: 音声入力の最大の長さに達しました。</translation>
    </message>
    <message>
        <source>The dictation was not transcribed again.</source>
        <translation>音声入力をもう一度文字起こしできませんでした。</translation>
    </message>
    <message>
        <source>The disk has refused the recording for half an hour. What came before is kept in memory; what follows is not kept.</source>
        <translation>ディスクに録音を書き込めない状態が30分続いています。それまでの内容はメモリーに保持されていますが、これ以降は保持されません。</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>ディスクがいっぱいです</translation>
    </message>
    <message>
        <source>The disk is full.</source>
        <translation>ディスクがいっぱいです。</translation>
    </message>
    <message>
        <source>The disk is full: the history cannot be written.</source>
        <translation>ディスクがいっぱいのため、履歴を書き込めません。</translation>
    </message>
    <message>
        <source>The disk is not keeping up: the newest sound is only in memory yet.</source>
        <translation>ディスクが追いついていません。最新の音声はまだメモリーにしかありません。</translation>
    </message>
    <message>
        <source>The display cannot be reached, so no key is heard.</source>
        <translation>ディスプレイに接続できないため、キーを受け取れません。</translation>
    </message>
    <message>
        <source>The display has gone; no key is heard any more.</source>
        <translation>ディスプレイへの接続が失われたため、キーを受け取れなくなりました。</translation>
    </message>
    <message>
        <source>The download of {label} is paused at {arrived}.</source>
        <translation>{label}のダウンロードを{arrived}で一時停止しています。</translation>
    </message>
    <message>
        <source>The fewest errors; for strong computers: eight cores or more.</source>
        <translation>誤りが最も少なく、8コア以上の高性能なコンピューター向けです。</translation>
    </message>
    <message>
        <source>The file about new versions cannot be read.</source>
        <translation>新しいバージョンについてのファイルを読み取れません。</translation>
    </message>
    <message>
        <source>The file about new versions is not signed by Saywrite.</source>
        <translation>新しいバージョンについてのファイルに、Saywriteの署名がありません。</translation>
    </message>
    <message>
        <source>The file about new versions is too long.</source>
        <translation>新しいバージョンについてのファイルが長すぎます。</translation>
    </message>
    <message>
        <source>The file became shorter while it was sent.</source>
        <translation>送信中にファイルが短くなりました。</translation>
    </message>
    <message>
        <source>The file cannot be read: {reason}.</source>
        <translation>ファイルを読み取れません: {reason}。</translation>
    </message>
    <message>
        <source>The file could not be sent to {host} ({name}).</source>
        <translation>ファイルを{host}に送信できませんでした ({name})。</translation>
    </message>
    <message>
        <source>The file holds no sound.</source>
        <translation>ファイルに音声がありません。</translation>
    </message>
    <message>
        <source>The focus is not in the window in which you began ({program}), so the text was not inserted.</source>
        <translation>開始時のウィンドウ ({program}) にフォーカスがないため、テキストを挿入しませんでした。</translation>
    </message>
    <message>
        <source>The folder for Saywrite's socket has too long a name.</source>
        <translation>Saywriteのソケット用フォルダーの名前が長すぎます。</translation>
    </message>
    <message>
        <source>the folder {place} is gone</source>
        <translation>フォルダー{place}がなくなっています</translation>
    </message>
    <message>
        <source>The folder {place} is gone.</source>
        <translation>フォルダー{place}がなくなっています。</translation>
    </message>
    <message>
        <source>The hands-free mode is off</source>
        <translation>ハンズフリーモードはオフです</translation>
    </message>
    <message>
        <source>The hands-free mode is on</source>
        <translation>ハンズフリーモードはオンです</translation>
    </message>
    <message>
        <source>The hands-free mode needs a recognition model on this computer, and there is none.</source>
        <translation>ハンズフリーモードにはこのコンピューターの認識モデルが必要ですが、ありません。</translation>
    </message>
    <message>
        <source>The history in {path} cannot be locked: another program uses it, or its disk knows no file locks.</source>
        <translation>{path}の履歴をロックできません。別のプログラムが使用しているか、ディスクがファイルロックに対応していません。</translation>
    </message>
    <message>
        <source>The history in {path} cannot be opened for writing.</source>
        <translation>{path}の履歴を書き込み用に開けません。</translation>
    </message>
    <message>
        <source>The history in {path} cannot be read from or written to its disk ({error}).</source>
        <translation>{path}の履歴をディスクで読み書きできません ({error})。</translation>
    </message>
    <message>
        <source>The history in {path} cannot be used ({error}).</source>
        <translation>{path}の履歴を使えません ({error})。</translation>
    </message>
    <message>
        <source>The history in {path} is damaged and in use by another Saywrite. It was left as it is.</source>
        <translation>{path}の履歴は破損しており、別のSaywriteが使用しています。元のまま残しました。</translation>
    </message>
    <message>
        <source>The history in {path} is damaged. It was left as it is.</source>
        <translation>{path}の履歴は破損しています。元のまま残しました。</translation>
    </message>
    <message>
        <source>The history is closed.</source>
        <translation>履歴は閉じられています。</translation>
    </message>
    <message>
        <source>The history is in use by another program.</source>
        <translation>履歴は別のプログラムが使用しています。</translation>
    </message>
    <message>
        <source>The history was damaged and is kept as {path}. None of its dictations could be read; a new history was begun.</source>
        <translation>履歴が破損していたため、{path}として残しました。読み取れた音声入力はありません。新しい履歴を始めました。</translation>
    </message>
    <message numerus="yes">
        <source>The history was damaged and is kept as {path}. {n} dictations could be read; a new history was begun with what was read.</source>
        <extracomment>Singular: The history was damaged and is kept as {path}. {n} dictation could be read; a new history was begun with what was read.</extracomment>
        <translation>
            <numerusform>履歴が破損していたため、{path}として残しました。{n}件の音声入力を読み取れました。読み取れた内容で新しい履歴を始めました。</numerusform>
        </translation>
    </message>
    <message>
        <source>The history was written by a newer version of Saywrite. It was left as it is.</source>
        <translation>履歴は新しいバージョンのSaywriteで書かれています。元のまま残しました。</translation>
    </message>
    <message>
        <source>The history {path} was moved or deleted while Saywrite uses it.</source>
        <translation>Saywriteの使用中に、履歴{path}が移動または削除されました。</translation>
    </message>
    <message>
        <source>The https address that returns an access token.</source>
        <translation>アクセストークンを返すhttpsアドレスです。</translation>
    </message>
    <message>
        <source>The key is kept until Saywrite is closed.</source>
        <translation>キーはSaywriteを終了するまで保持されます。</translation>
    </message>
    <message>
        <source>The key was not pressed yet.</source>
        <translation>キーはまだ押されていません。</translation>
    </message>
    <message>
        <source>The keyring did not answer as it should ({name}).</source>
        <translation>キーリングが正しく応答しませんでした ({name})。</translation>
    </message>
    <message>
        <source>The keyring does not answer.</source>
        <translation>キーリングが応答しません。</translation>
    </message>
    <message>
        <source>The keyring is locked.</source>
        <translation>キーリングはロックされています。</translation>
    </message>
    <message>
        <source>The keyring is not open</source>
        <translation>キーリングが開いていません</translation>
    </message>
    <message>
        <source>The keyring's question for its password was cancelled; nothing was read or saved.</source>
        <translation>キーリングのパスワード入力がキャンセルされたため、何も読み取らず、何も保存しませんでした。</translation>
    </message>
    <message>
        <source>The keys to insert the text could not be sent to {program}.</source>
        <translation>テキストを挿入するキー操作を{program}に送れませんでした。</translation>
    </message>
    <message>
        <source>The keyword joins the list at the side and counts from the next words on.</source>
        <translation>キーワードは横の一覧に加わり、次の言葉から有効になります。</translation>
    </message>
    <message>
        <source>The keywords were changed since then: try them again.</source>
        <translation>その後、キーワードが変更されました。もう一度試してください。</translation>
    </message>
    <message>
        <source>The keywords were changed.</source>
        <translation>キーワードが変更されました。</translation>
    </message>
    <message>
        <source>The language of windows and messages.</source>
        <translation>ウィンドウとメッセージの言語です。</translation>
    </message>
    <message>
        <source>The language you speak.</source>
        <translation>話す言語です。</translation>
    </message>
    <message>
        <source>The last insertion was too long ago.</source>
        <translation>最後の挿入から時間がたちすぎています。</translation>
    </message>
    <message>
        <source>The last words are being written.</source>
        <translation>最後の言葉を書いています。</translation>
    </message>
    <message>
        <source>The last {seconds:.0f} s have no text yet: {why}.</source>
        <translation>最後の{seconds:.0f}秒には、まだテキストがありません: {why}。</translation>
    </message>
    <message>
        <source>The library that decodes sound files (PyAV) is missing or damaged.</source>
        <translation>音声ファイルをデコードするライブラリ (PyAV) がないか、破損しています。</translation>
    </message>
    <message>
        <source>The log has more.</source>
        <translation>詳しくはログにあります。</translation>
    </message>
    <message>
        <source>The log never contains what you say.</source>
        <translation>話した内容がログに記録されることはありません。</translation>
    </message>
    <message>
        <source>The log tells more.</source>
        <translation>詳しくはログにあります。</translation>
    </message>
    <message>
        <source>The message above says why, and what helps.</source>
        <translation>理由と対処方法は、上のメッセージにあります。</translation>
    </message>
    <message>
        <source>The microphone</source>
        <translation>マイク</translation>
    </message>
    <message>
        <source>The microphone changed to {label}.</source>
        <translation>マイクが{label}に変わりました。</translation>
    </message>
    <message>
        <source>The microphone closes after this time, even while the key is down.</source>
        <translation>この時間が過ぎると、キーを押していてもマイクを閉じます。</translation>
    </message>
    <message>
        <source>The microphone could not be opened ({name}).</source>
        <translation>マイクを開けませんでした ({name})。</translation>
    </message>
    <message>
        <source>The microphone could not be opened ({value}).</source>
        <translation>マイクを開けませんでした ({value})。</translation>
    </message>
    <message>
        <source>The microphone is being opened.</source>
        <translation>マイクを開いています。</translation>
    </message>
    <message>
        <source>The microphone is being opened…</source>
        <translation>マイクを開いています…</translation>
    </message>
    <message>
        <source>The microphone is then open from the start of Saywrite.</source>
        <translation>Saywriteの起動時からマイクが開いた状態になります。</translation>
    </message>
    <message>
        <source>The microphone offers no sample rate that Saywrite can use.</source>
        <translation>マイクに、Saywriteが使えるサンプルレートがありません。</translation>
    </message>
    <message>
        <source>The microphone was closed when the computer went to sleep.</source>
        <translation>コンピューターがスリープしたため、マイクを閉じました。</translation>
    </message>
    <message>
        <source>The microphone was closed when the screen was locked.</source>
        <translation>画面がロックされたため、マイクを閉じました。</translation>
    </message>
    <message>
        <source>The microphone was closed: the key is no longer heard.</source>
        <translation>マイクを閉じました: キーを受け取れなくなりました。</translation>
    </message>
    <message>
        <source>The microphone was closed: the time limit of the key was reached.</source>
        <translation>マイクを閉じました。キーの制限時間に達しました。</translation>
    </message>
    <message>
        <source>The microphone was not found.</source>
        <translation>マイクが見つかりませんでした。</translation>
    </message>
    <message>
        <source>The microphone went away.</source>
        <translation>マイクが使えなくなりました。</translation>
    </message>
    <message>
        <source>The model cannot be saved: {reason}.</source>
        <translation>モデルを保存できません: {reason}。</translation>
    </message>
    <message>
        <source>The model could not be tried: {reason}</source>
        <translation>モデルを試せませんでした: {reason}</translation>
    </message>
    <message>
        <source>the name is too long</source>
        <translation>名前が長すぎます</translation>
    </message>
    <message>
        <source>The name is too long.</source>
        <translation>名前が長すぎます。</translation>
    </message>
    <message>
        <source>The next dictation starts faster while the connection is open.</source>
        <translation>接続を保っている間は、次の音声入力が速く始まります。</translation>
    </message>
    <message>
        <source>The official source</source>
        <translation>公式の配布元</translation>
    </message>
    <message>
        <source>The one on this computer needs no network and no account.</source>
        <translation>このコンピューターの認識エンジンには、ネットワークもアカウントも不要です。</translation>
    </message>
    <message>
        <source>The page of Saywrite answers with {status_code}.</source>
        <translation>Saywriteのページが{status_code}を返しました。</translation>
    </message>
    <message>
        <source>The page of Saywrite cannot be reached.</source>
        <translation>Saywriteのページに接続できません。</translation>
    </message>
    <message>
        <source>the proxy cannot be used</source>
        <translation>プロキシを使えません</translation>
    </message>
    <message>
        <source>The proxy does not let Saywrite through to {host} ({detail}).</source>
        <translation>プロキシが、Saywriteから{host}への接続を通しません ({detail})。</translation>
    </message>
    <message>
        <source>The proxy does not reach {host}.</source>
        <translation>プロキシが{host}に接続できません。</translation>
    </message>
    <message>
        <source>The proxy is of a kind that Saywrite cannot use.</source>
        <translation>このプロキシの種類は、Saywriteでは使えません。</translation>
    </message>
    <message>
        <source>the proxy refuses the connection</source>
        <translation>プロキシが接続を拒否しました</translation>
    </message>
    <message>
        <source>The proxy wants a user name and a password.</source>
        <translation>プロキシがユーザー名とパスワードを求めています。</translation>
    </message>
    <message>
        <source>the quotation marks do not match.</source>
        <translation>引用符の対応が取れていません。</translation>
    </message>
    <message>
        <source>The reason is in its log.</source>
        <translation>理由はSaywriteのログにあります。</translation>
    </message>
    <message>
        <source>The recognition model is not on this computer yet.</source>
        <translation>認識モデルはまだこのコンピューターにありません。</translation>
    </message>
    <message>
        <source>The recognition model that runs on this computer.</source>
        <translation>このコンピューターで動く認識モデルです。</translation>
    </message>
    <message>
        <source>The recognition model {model} is damaged: it cannot be loaded.</source>
        <translation>認識モデル{model}は破損しており、読み込めません。</translation>
    </message>
    <message>
        <source>The recognizer (CTranslate2) is not installed or cannot be loaded ({error}).</source>
        <translation>認識エンジン (CTranslate2) がインストールされていないか、読み込めません ({error})。</translation>
    </message>
    <message>
        <source>The recognizer ended before the text was complete.</source>
        <translation>テキストが完成する前に、認識エンジンが終了しました。</translation>
    </message>
    <message>
        <source>The recognizer is not available.</source>
        <translation>認識エンジンを利用できません。</translation>
    </message>
    <message>
        <source>The recognizer is unloaded after this time without a dictation. The next dictation loads it again.</source>
        <translation>音声入力がないままこの時間が過ぎると、認識エンジンをメモリーから解放します。次の音声入力でもう一度読み込みます。</translation>
    </message>
    <message>
        <source>The recognizer on this computer carries on.</source>
        <translation>このコンピューターの認識エンジンが引き継ぎます。</translation>
    </message>
    <message>
        <source>The recognizer on this computer could not be started.</source>
        <translation>このコンピューターの認識エンジンを起動できませんでした。</translation>
    </message>
    <message>
        <source>The recognizer on this computer ended or stopped answering, three times in a row.</source>
        <translation>このコンピューターの認識エンジンが、3回続けて終了したか応答しなくなりました。</translation>
    </message>
    <message>
        <source>The recording cannot be read back ({reason}).</source>
        <translation>録音を読み戻せません ({reason})。</translation>
    </message>
    <message>
        <source>the recording has reached the largest file size allowed here</source>
        <translation>録音が、ここで許可されている最大のファイルサイズに達しました</translation>
    </message>
    <message>
        <source>The recording has reached the largest file size allowed here.</source>
        <translation>録音が、ここで許可されている最大のファイルサイズに達しました。</translation>
    </message>
    <message>
        <source>The recording in {folder} cannot be opened ({reason}).</source>
        <translation>{folder}の録音を開けません ({reason})。</translation>
    </message>
    <message>
        <source>The recording in {folder} cannot be read ({reason}).</source>
        <translation>{folder}の録音を読み取れません ({reason})。</translation>
    </message>
    <message>
        <source>The recording is kept as it is.</source>
        <translation>録音はそのまま保持されます。</translation>
    </message>
    <message>
        <source>The recording is kept.</source>
        <translation>録音は保持されます。</translation>
    </message>
    <message>
        <source>The recording is kept: transcribe it again for the text of the service.</source>
        <translation>録音は保持されます。サービスのテキストを得るには、もう一度文字起こししてください。</translation>
    </message>
    <message>
        <source>The recording is not removed.</source>
        <translation>録音は削除されていません。</translation>
    </message>
    <message>
        <source>The recording is saved up to {length}; new sound is kept in memory.</source>
        <translation>録音は{length}まで保存されています。新しい音声はメモリーに保持されます。</translation>
    </message>
    <message>
        <source>The recording itself is kept.</source>
        <translation>録音そのものは保持されます。</translation>
    </message>
    <message>
        <source>The recording of a dictation without its complete text stays among the unfinished ones.</source>
        <translation>テキストが完成していない音声入力の録音は、未完了の一覧に残ります。</translation>
    </message>
    <message>
        <source>The running Saywrite does not know this command.</source>
        <translation>動作中のSaywriteは、このコマンドに対応していません。</translation>
    </message>
    <message>
        <source>The running Saywrite gave no answer that makes sense.</source>
        <translation>動作中のSaywriteから、意味のある応答がありませんでした。</translation>
    </message>
    <message>
        <source>The Saywrite with this data folder belongs to another user.</source>
        <translation>このデータフォルダーのSaywriteは、別のユーザーのものです。</translation>
    </message>
    <message>
        <source>The selected keyword is not in your last dictations.</source>
        <translation>選択したキーワードは、直近の音声入力に出てきません。</translation>
    </message>
    <message>
        <source>the service</source>
        <translation>サービス</translation>
    </message>
    <message>
        <source>The service's address contains more than a host and a path.</source>
        <translation>サービスのアドレスに、ホストとパス以外のものが含まれています。</translation>
    </message>
    <message>
        <source>The service's address is not a valid address.</source>
        <translation>サービスのアドレスが有効なアドレスではありません。</translation>
    </message>
    <message>
        <source>The service's address is not a web address.</source>
        <translation>サービスのアドレスがWebアドレスではありません。</translation>
    </message>
    <message>
        <source>The service's address is not encrypted.</source>
        <translation>サービスのアドレスが暗号化されていません。</translation>
    </message>
    <message>
        <source>The session bus is gone, so text cannot be put into other programs.</source>
        <translation>セッションバスがなくなったため、ほかのプログラムにテキストを入れられません。</translation>
    </message>
    <message>
        <source>The socket cannot be made: {reason}.</source>
        <translation>ソケットを作成できません: {reason}。</translation>
    </message>
    <message>
        <source>The sound could not be played ({name}).</source>
        <translation>音声を再生できませんでした ({name})。</translation>
    </message>
    <message>
        <source>The sound could not be played.</source>
        <translation>音声を再生できませんでした。</translation>
    </message>
    <message>
        <source>The sound is sent again.</source>
        <translation>音声をもう一度送信します。</translation>
    </message>
    <message>
        <source>The sound library cannot reach the sound server.</source>
        <translation>サウンドライブラリがサウンドサーバーに接続できません。</translation>
    </message>
    <message>
        <source>The sound library PortAudio is missing.</source>
        <translation>サウンドライブラリPortAudioがありません。</translation>
    </message>
    <message>
        <source>The sound server did not open the microphone (error {value}).</source>
        <translation>サウンドサーバーがマイクを開きませんでした (エラー{value})。</translation>
    </message>
    <message>
        <source>The sound server does not answer.</source>
        <translation>サウンドサーバーが応答しません。</translation>
    </message>
    <message>
        <source>The sound system does not answer.</source>
        <translation>サウンドシステムが応答しません。</translation>
    </message>
    <message>
        <source>The sound system that has the microphone.</source>
        <translation>マイクがあるサウンドシステムです。</translation>
    </message>
    <message>
        <source>the spoken form is empty.</source>
        <translation>読みが空です。</translation>
    </message>
    <message>
        <source>the spoken form is not a text.</source>
        <translation>読みがテキストではありません。</translation>
    </message>
    <message>
        <source>The system does not let Saywrite use the microphone.</source>
        <translation>システムがSaywriteにマイクの使用を許可していません。</translation>
    </message>
    <message>
        <source>The system keeps this, so its own settings show it too.</source>
        <translation>これはシステムに保存され、システムの設定にも表示されます。</translation>
    </message>
    <message>
        <source>The system's microphone is now {label}.</source>
        <translation>システムのマイクは{label}になりました。</translation>
    </message>
    <message>
        <source>The test broke off; the log says why.</source>
        <translation>テストが中断されました。理由はログにあります。</translation>
    </message>
    <message>
        <source>The text in {program} was changed since then, or the cursor was moved, so nothing was undone.</source>
        <translation>{program}のテキストがその後変更されたか、カーソルが移動したため、何も元に戻しませんでした。</translation>
    </message>
    <message>
        <source>The text is in the history and can be copied from there.</source>
        <translation>テキストは履歴にあり、そこからコピーできます。</translation>
    </message>
    <message>
        <source>The text is on the clipboard, as you chose.</source>
        <translation>設定のとおり、テキストはクリップボードにあります。</translation>
    </message>
    <message>
        <source>The text is on the clipboard: paste it where you want it, or choose “Insert again”.</source>
        <translation>テキストはクリップボードにあります。必要な場所に貼り付けるか、「もう一度挿入」を選んでください。</translation>
    </message>
    <message>
        <source>The text is written where your cursor is, in whatever program you use.</source>
        <translation>どのプログラムでも、カーソルの位置にテキストが書かれます。</translation>
    </message>
    <message>
        <source>The text was inserted into {program}.</source>
        <translation>テキストを{program}に挿入しました。</translation>
    </message>
    <message>
        <source>The text was sent to {program}, which does not tell whether it took it.</source>
        <translation>テキストを{program}に送りました。受け取られたかどうかは、このプログラムからは分かりません。</translation>
    </message>
    <message>
        <source>The transcript shows sentences without a longer pause between them as running text.</source>
        <translation>文と文の間隔がこれより短い場合は、文字起こしで続けて表示されます。</translation>
    </message>
    <message>
        <source>The transcript was cleared.</source>
        <translation>文字起こしを消去しました。</translation>
    </message>
    <message>
        <source>The translation is shown beside what you said.</source>
        <translation>話した内容の横に翻訳を表示します。</translation>
    </message>
    <message>
        <source>The trial was stopped.</source>
        <translation>試行を停止しました。</translation>
    </message>
    <message>
        <source>The Wayland compositor cannot be reached, so text cannot be put into other programs.</source>
        <translation>Waylandコンポジターに接続できないため、ほかのプログラムにテキストを入れられません。</translation>
    </message>
    <message>
        <source>The whole text at the end</source>
        <translation>最後に全文</translation>
    </message>
    <message>
        <source>the window in front</source>
        <translation>前面のウィンドウ</translation>
    </message>
    <message>
        <source>The window in front did not read the text.</source>
        <translation>前面のウィンドウがテキストを読み取りませんでした。</translation>
    </message>
    <message>
        <source>The window is closed, the program runs on. To quit, use this icon's menu; the settings can change it.</source>
        <translation>ウィンドウは閉じましたが、プログラムは動いています。終了するには、このアイコンのメニューを使ってください。この動作は設定で変更できます。</translation>
    </message>
    <message>
        <source>The window you began in ({program}) could not be brought back, so the text was not inserted.</source>
        <translation>開始したウィンドウ ({program}) を前面に戻せなかったため、テキストを挿入しませんでした。</translation>
    </message>
    <message>
        <source>The workflow of your account that transcribes.</source>
        <translation>文字起こしを行う、アカウントのワークフローです。</translation>
    </message>
    <message>
        <source>the written form is empty.</source>
        <translation>表記が空です。</translation>
    </message>
    <message>
        <source>the written form is missing.</source>
        <translation>表記がありません。</translation>
    </message>
    <message>
        <source>the written form is not a text.</source>
        <translation>表記がテキストではありません。</translation>
    </message>
    <message>
        <source>The X display cannot be reached, so text cannot be put into other programs.</source>
        <translation>Xディスプレイに接続できないため、ほかのプログラムにテキストを入れられません。</translation>
    </message>
    <message>
        <source>Then download the model again.</source>
        <translation>その後、モデルをもう一度ダウンロードしてください。</translation>
    </message>
    <message>
        <source>Then the dictation ends with what this computer heard, and a notice says so.</source>
        <translation>この時間が過ぎると、音声入力はこのコンピューターが聞き取った内容で終了し、お知らせが表示されます。</translation>
    </message>
    <message>
        <source>There are no dictations yet to try the keywords on.</source>
        <translation>キーワードを試せる音声入力がまだありません。</translation>
    </message>
    <message>
        <source>There is no aiOla access token yet.</source>
        <translation>aiOlaのアクセストークンがまだありません。</translation>
    </message>
    <message>
        <source>There is no aiOla API key yet.</source>
        <translation>aiOlaのAPIキーがまだありません。</translation>
    </message>
    <message>
        <source>There is no audio output.</source>
        <translation>音声出力がありません。</translation>
    </message>
    <message>
        <source>There is no build of the recognizer (CTranslate2) for Windows on ARM.</source>
        <translation>ARM版Windows用の認識エンジン (CTranslate2) はありません。</translation>
    </message>
    <message>
        <source>There is no display, so text cannot be put into other programs.</source>
        <translation>ディスプレイがないため、ほかのプログラムにテキストを入れられません。</translation>
    </message>
    <message>
        <source>There is no file “{name}”.</source>
        <translation>ファイル「{name}」がありません。</translation>
    </message>
    <message>
        <source>There is no key called “{last}”.</source>
        <translation>「{last}」というキーはありません。</translation>
    </message>
    <message>
        <source>There is no language called “{code}”.</source>
        <translation>「{code}」という言語はありません。</translation>
    </message>
    <message>
        <source>There is no microphone called {name}.</source>
        <translation>{name}というマイクはありません。</translation>
    </message>
    <message>
        <source>There is no microphone.</source>
        <translation>マイクがありません。</translation>
    </message>
    <message>
        <source>There is no model called {id}.</source>
        <translation>{id}というモデルはありません。</translation>
    </message>
    <message>
        <source>There is no network route to {host}.</source>
        <translation>{host}へのネットワーク経路がありません。</translation>
    </message>
    <message>
        <source>There is no recorded dictation to try the model on.</source>
        <translation>モデルを試せる、録音された音声入力がありません。</translation>
    </message>
    <message>
        <source>There is no session bus, so no key is heard.</source>
        <translation>セッションバスがないため、キーを受け取れません。</translation>
    </message>
    <message>
        <source>There is no session bus, so text cannot be put into other programs.</source>
        <translation>セッションバスがないため、ほかのプログラムにテキストを入れられません。</translation>
    </message>
    <message>
        <source>There is no such folder. Choose one that holds the model files, or leave the line empty.</source>
        <translation>このフォルダーはありません。モデルのファイルがあるフォルダーを選ぶか、この行を空のままにしてください。</translation>
    </message>
    <message>
        <source>There is no text to export yet.</source>
        <translation>書き出すテキストがまだありません。</translation>
    </message>
    <message>
        <source>There is no token address yet.</source>
        <translation>トークンアドレスがまだありません。</translation>
    </message>
    <message>
        <source>There is not enough space for the model: {needed} are needed, {free} are free.</source>
        <translation>モデルのための空き容量が足りません: 必要な容量は{needed}、空き容量は{free}です。</translation>
    </message>
    <message>
        <source>There is nothing to remove.</source>
        <translation>削除するものはありません。</translation>
    </message>
    <message>
        <source>There is nothing to undo.</source>
        <translation>元に戻すものはありません。</translation>
    </message>
    <message>
        <source>There is too little free memory for the recognition model {model}.</source>
        <translation>認識モデル{model}に必要な空きメモリーが足りません。</translation>
    </message>
    <message>
        <source>There was no microphone.</source>
        <translation>マイクがありませんでした。</translation>
    </message>
    <message>
        <source>These keywords change nothing in your last dictations.</source>
        <translation>これらのキーワードでは、直近の音声入力は何も変わりません。</translation>
    </message>
    <message>
        <source>These models recognize speech on this computer. What you say does not leave it.</source>
        <translation>これらのモデルは、このコンピューターで音声を認識します。話した内容は外に出ません。</translation>
    </message>
    <message>
        <source>These notes are in English.</source>
        <translation>以下の説明は英語です。</translation>
    </message>
    <message>
        <source>These seconds are kept: transcribe them from the window once aiOla answers again.</source>
        <translation>この部分は保持されています。aiOlaが再び応答したら、ウィンドウから文字起こししてください。</translation>
    </message>
    <message>
        <source>This account has no dictation left to open at the same time.</source>
        <translation>このアカウントで同時に行える音声入力は、上限に達しています。</translation>
    </message>
    <message>
        <source>This account has no permission at {host} (while {doing}).</source>
        <translation>このアカウントには{host}での権限がありません (処理: {doing})。</translation>
    </message>
    <message>
        <source>This compositor lets no program press keys, so text cannot be put into other programs.</source>
        <translation>このコンポジターではプログラムがキー入力を送れないため、ほかのプログラムにテキストを入れられません。</translation>
    </message>
    <message>
        <source>This compositor lets no program without a window use the clipboard.</source>
        <translation>このコンポジターでは、ウィンドウのないプログラムはクリップボードを使えません。</translation>
    </message>
    <message>
        <source>This computer heard this; the text of {recognizer} will replace it unless you edit it</source>
        <translation>このコンピューターが聞き取ったテキストです。編集しなければ、{recognizer}のテキストに置き換わります</translation>
    </message>
    <message>
        <source>This computer listens along</source>
        <translation>このコンピューターも同時に聞き取る</translation>
    </message>
    <message>
        <source>This computer writes at once, and its text stays</source>
        <translation>このコンピューターがすぐに書き、そのテキストを残す</translation>
    </message>
    <message>
        <source>This computer's clock is {length} ahead.</source>
        <translation>このコンピューターの時計が{length}進んでいます。</translation>
    </message>
    <message>
        <source>This computer's clock is {length} behind.</source>
        <translation>このコンピューターの時計が{length}遅れています。</translation>
    </message>
    <message>
        <source>This computer's processor is too old for the recognizer: it lacks instructions that CTranslate2 needs (AVX).</source>
        <translation>このコンピューターのプロセッサーは、認識エンジンには古すぎます。CTranslate2に必要な命令 (AVX) がありません。</translation>
    </message>
    <message>
        <source>This desktop hears keys itself and passes none on. Give it the key in its own settings:</source>
        <translation>このデスクトップはキーを自分で受け取り、ほかに渡しません。デスクトップの設定でキーを割り当ててください:</translation>
    </message>
    <message>
        <source>This desktop lets no other program hear a key.</source>
        <translation>このデスクトップでは、ほかのプログラムがキーを受け取れません。</translation>
    </message>
    <message>
        <source>This desktop passes no mouse buttons such as {chord} on to other programs.</source>
        <translation>このデスクトップは、{chord}のようなマウスボタンをほかのプログラムに渡しません。</translation>
    </message>
    <message>
        <source>This desktop shows no tray icon.</source>
        <translation>このデスクトップにはトレイアイコンが表示されません。</translation>
    </message>
    <message>
        <source>This dictation is in use.</source>
        <translation>この音声入力は使用中です。</translation>
    </message>
    <message>
        <source>This dictation is not in the history.</source>
        <translation>この音声入力は履歴にありません。</translation>
    </message>
    <message>
        <source>This dictation is still being recorded.</source>
        <translation>この音声入力はまだ録音中です。</translation>
    </message>
    <message>
        <source>This dictation or its earlier text was deleted meanwhile.</source>
        <translation>この音声入力、またはその以前のテキストは、その間に削除されました。</translation>
    </message>
    <message>
        <source>This dictation was deleted meanwhile.</source>
        <translation>この音声入力は、その間に削除されました。</translation>
    </message>
    <message>
        <source>This is no address. Write it as https://models.example.com/whisper.</source>
        <translation>アドレスではありません。https://models.example.com/whisperのように書いてください。</translation>
    </message>
    <message>
        <source>This is not a JSON file with keywords.</source>
        <translation>これはキーワードのJSONファイルではありません。</translation>
    </message>
    <message>
        <source>This is not a Saywrite command.</source>
        <translation>これはSaywriteのコマンドではありません。</translation>
    </message>
    <message>
        <source>This is the newest version</source>
        <translation>最新バージョンです</translation>
    </message>
    <message>
        <source>This keyboard has no {chord}.</source>
        <translation>このキーボードには{chord}がありません。</translation>
    </message>
    <message>
        <source>This month: {parts}.</source>
        <translation>今月: {parts}。</translation>
    </message>
    <message>
        <source>This recording is too long for a WAV file (37 hours).</source>
        <translation>この録音はWAVファイルには長すぎます (37時間)。</translation>
    </message>
    <message>
        <source>This sounds like {name}, but {chosen} is chosen.</source>
        <translation>{name}のように聞こえますが、{chosen}が選ばれています。</translation>
    </message>
    <message>
        <source>This system does not report {key} to other programs.</source>
        <translation>このシステムは、{key}をほかのプログラムに通知しません。</translation>
    </message>
    <message>
        <source>This system has no keyring to keep the key in.</source>
        <translation>このシステムには、キーを保存するキーリングがありません。</translation>
    </message>
    <message>
        <source>This text cannot safely be undone in a terminal.</source>
        <translation>このテキストは、端末では安全に元に戻せません。</translation>
    </message>
    <message>
        <source>This text cannot safely be undone in this program.</source>
        <translation>このテキストは、このプログラムでは安全に元に戻せません。</translation>
    </message>
    <message>
        <source>This text was changed elsewhere meanwhile, so your changes were not saved. They are still here.</source>
        <translation>このテキストはその間に別の場所で変更されたため、変更内容は保存されませんでした。変更内容はまだここにあります。</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>時刻</translation>
    </message>
    <message>
        <source>To permit it, turn off “{switch}” in Settings &gt; Files and privacy.</source>
        <translation>許可するには、「設定」&gt;「ファイルとプライバシー」で「{switch}」をオフにしてください。</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今日</translation>
    </message>
    <message>
        <source>Token address</source>
        <translation>トークンアドレス</translation>
    </message>
    <message>
        <source>Token address of your company</source>
        <translation>会社のトークンアドレス</translation>
    </message>
    <message>
        <source>Too loud: the sound is distorted.</source>
        <translation>音が大きすぎて、ひずんでいます。</translation>
    </message>
    <message>
        <source>took {time}</source>
        <translation>所要時間 {time}</translation>
    </message>
    <message>
        <source>Transcribe</source>
        <translation>文字起こし</translation>
    </message>
    <message>
        <source>Transcribe a file</source>
        <translation>ファイルを文字起こし</translation>
    </message>
    <message>
        <source>Transcribe a file…</source>
        <translation>ファイルを文字起こし…</translation>
    </message>
    <message>
        <source>Transcribe a folder</source>
        <translation>フォルダーを文字起こし</translation>
    </message>
    <message>
        <source>Transcribe the file again later.</source>
        <translation>後でもう一度ファイルを文字起こししてください。</translation>
    </message>
    <message>
        <source>Transcribed files</source>
        <translation>文字起こししたファイル</translation>
    </message>
    <message>
        <source>Transcribed {file}{rest}</source>
        <translation>{file}を文字起こししました{rest}</translation>
    </message>
    <message>
        <source>transcribes an audio file; you can also drop one here</source>
        <translation>音声ファイルを文字起こしします (ここにドロップもできます)</translation>
    </message>
    <message>
        <source>Transcribing again: {recognizer}, {language}</source>
        <translation>再文字起こし中: {recognizer}、{language}</translation>
    </message>
    <message>
        <source>Transcribing {name}, press to cancel</source>
        <translation>{name}を文字起こし中。押すとキャンセルします</translation>
    </message>
    <message>
        <source>Transcribing… Cancel</source>
        <translation>文字起こし中… キャンセル</translation>
    </message>
    <message>
        <source>Transcript</source>
        <translation>文字起こし</translation>
    </message>
    <message>
        <source>Translate into</source>
        <translation>翻訳先の言語</translation>
    </message>
    <message>
        <source>Translation</source>
        <translation>翻訳</translation>
    </message>
    <message>
        <source>Try &amp;keywords…</source>
        <translation>キーワードを試す(&amp;K)…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>もう一度試す</translation>
    </message>
    <message>
        <source>Try again and enter the password.</source>
        <translation>もう一度試して、パスワードを入力してください。</translation>
    </message>
    <message>
        <source>Try again in a moment.</source>
        <translation>しばらくしてから、もう一度試してください。</translation>
    </message>
    <message>
        <source>Try again in a moment; if that does not help, end process {pid} and start Saywrite again.</source>
        <translation>しばらくしてから、もう一度試してください。解決しない場合は、プロセス{pid}を終了して、Saywriteをもう一度起動してください。</translation>
    </message>
    <message>
        <source>Try again later, or look at the page of Saywrite.</source>
        <translation>後でもう一度試すか、Saywriteのページを確認してください。</translation>
    </message>
    <message>
        <source>Try again; the log has the details.</source>
        <translation>もう一度試してください。詳細はログにあります。</translation>
    </message>
    <message>
        <source>Try it here</source>
        <translation>ここで試す</translation>
    </message>
    <message>
        <source>Try keywords on your last dictations</source>
        <translation>直近の音声入力でキーワードを試す</translation>
    </message>
    <message>
        <source>Try keywords on your last dictations…</source>
        <translation>直近の音声入力でキーワードを試す…</translation>
    </message>
    <message>
        <source>Try on my last dictation</source>
        <translation>直近の音声入力で試す</translation>
    </message>
    <message>
        <source>Typing (slower, does not use the clipboard)</source>
        <translation>キー入力 (遅いが、クリップボードを使わない)</translation>
    </message>
    <message>
        <source>unavailable</source>
        <translation>利用できません</translation>
    </message>
    <message>
        <source>Unchanged:</source>
        <translation>変更なし:</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>元に戻す</translation>
    </message>
    <message>
        <source>Undo it in the program itself, or select it there and delete it.</source>
        <translation>そのプログラム自体で元に戻すか、そこで選択して削除してください。</translation>
    </message>
    <message>
        <source>Undo the &amp;cancellation</source>
        <translation>キャンセルを元に戻す(&amp;C)</translation>
    </message>
    <message>
        <source>Undo the last &amp;insertion</source>
        <translation>最後の挿入を元に戻す(&amp;I)</translation>
    </message>
    <message>
        <source>undoes</source>
        <translation>元に戻す</translation>
    </message>
    <message>
        <source>Undone in {program}</source>
        <translation>{program}で元に戻しました</translation>
    </message>
    <message>
        <source>Unlock it with its password, then try again.</source>
        <translation>パスワードでロックを解除してから、もう一度試してください。</translation>
    </message>
    <message>
        <source>Unlock the login keychain in Keychain Access.</source>
        <translation>「キーチェーンアクセス」で、ログインキーチェーンのロックを解除してください。</translation>
    </message>
    <message>
        <source>Unmute it in the sound settings or with its mute key.</source>
        <translation>サウンド設定またはミュートキーで、ミュートを解除してください。</translation>
    </message>
    <message>
        <source>Unplug the microphone and plug it in again, or restart.</source>
        <translation>マイクを抜いて差し直すか、再起動してください。</translation>
    </message>
    <message>
        <source>Until the text is there</source>
        <translation>テキストができるまで</translation>
    </message>
    <message>
        <source>Until you delete them</source>
        <translation>自分で削除するまで</translation>
    </message>
    <message>
        <source>Up to 10 s</source>
        <translation>10秒以下</translation>
    </message>
    <message>
        <source>Update Saywrite, or start with --data and another folder.</source>
        <translation>Saywriteを更新するか、--dataで別のフォルダーを指定して起動してください。</translation>
    </message>
    <message>
        <source>Use --data.</source>
        <translation>--dataを使ってください。</translation>
    </message>
    <message>
        <source>Use an HTTP proxy.</source>
        <translation>HTTPプロキシを使ってください。</translation>
    </message>
    <message>
        <source>Use Ctrl, Alt, Shift or Super.</source>
        <translation>Ctrl、Alt、Shift、Superのいずれかを使ってください。</translation>
    </message>
    <message>
        <source>Use headphones: a microphone near a loudspeaker hears the sound.</source>
        <translation>ヘッドホンを使ってください。スピーカーの近くのマイクは、その音を拾います。</translation>
    </message>
    <message>
        <source>Use of the key</source>
        <translation>キーの使い方</translation>
    </message>
    <message>
        <source>Use Settings &gt; Apps &gt; Startup instead.</source>
        <translation>代わりに「設定」&gt;「アプリ」&gt;「スタートアップ」を使ってください。</translation>
    </message>
    <message>
        <source>Use t&amp;his text</source>
        <translation>このテキストを使う(&amp;H)</translation>
    </message>
    <message>
        <source>Use the same version of Saywrite for both.</source>
        <translation>両方で同じバージョンのSaywriteを使ってください。</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>このモデルを使う</translation>
    </message>
    <message>
        <source>Use {label}</source>
        <translation>{label}を使う</translation>
    </message>
    <message>
        <source>Utterance {index} of {total}, {start} to {end}. Enter plays it.</source>
        <translation>発話{index}/{total}、{start}～{end}。Enterで再生します。</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>検証</translation>
    </message>
    <message>
        <source>Very quiet.</source>
        <translation>とても小さい音です。</translation>
    </message>
    <message>
        <source>video encoders that PyAV's wheels carry as separate libraries; Saywrite does not use them</source>
        <translation>PyAVのwheelパッケージが別のライブラリとして含むビデオエンコーダー。Saywriteは使いません</translation>
    </message>
    <message>
        <source>voice start stop listening accessibility</source>
        <translation>ハンズフリー 声 音声操作 開始 停止 聞き取り アクセシビリティ</translation>
    </message>
    <message>
        <source>Volume of the sounds</source>
        <translation>効果音の音量</translation>
    </message>
    <message>
        <source>Wait at the end for</source>
        <translation>終了時の待ち時間</translation>
    </message>
    <message>
        <source>Wait: aiOla's text replaces what this computer hears meanwhile</source>
        <translation>待つ: その間このコンピューターが聞き取った内容は、aiOlaのテキストで置き換える</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>待機中</translation>
    </message>
    <message>
        <source>waiting for a phrase</source>
        <translation>合図の言葉を待っています</translation>
    </message>
    <message>
        <source>Waiting, continues at {confirmed}</source>
        <translation>待機中、{confirmed}から続行</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>WAV audio (*.wav)</source>
        <translation>WAV音声 (*.wav)</translation>
    </message>
    <message>
        <source>Waveform</source>
        <translation>波形</translation>
    </message>
    <message>
        <source>Waveform of the recording</source>
        <translation>録音の波形</translation>
    </message>
    <message>
        <source>WebVTT subtitles</source>
        <translation>WebVTT字幕</translation>
    </message>
    <message>
        <source>Welcome to Saywrite</source>
        <translation>Saywriteへようこそ</translation>
    </message>
    <message>
        <source>What answers as {host} has a certificate for another name.</source>
        <translation>{host}として応答した相手の証明書は、別の名前のものです。</translation>
    </message>
    <message>
        <source>What has arrived is kept: {size}.</source>
        <translation>受信済みの部分は保持されます: {size}。</translation>
    </message>
    <message>
        <source>What is in it now will be gone.</source>
        <translation>現在の内容は失われます。</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>新機能</translation>
    </message>
    <message>
        <source>What is on the clipboard comes too slowly from its program; it could not be saved, so it was left alone and the text typed into {program}.</source>
        <translation>クリップボードの内容が元のプログラムから届くのに時間がかかり、保存できませんでした。そのため内容はそのまま残し、テキストを{program}にキー入力しました。</translation>
    </message>
    <message>
        <source>What is on the clipboard comes too slowly from its program; it could not be saved, so the text was not inserted.</source>
        <translation>クリップボードの内容が元のプログラムから届くのに時間がかかり、保存できなかったため、テキストを挿入しませんでした。</translation>
    </message>
    <message>
        <source>What is on the clipboard is larger than 64 MB; it could not be saved, so it was left alone and the text typed into {program}.</source>
        <translation>クリップボードの内容が64 MBを超えていて保存できませんでした。そのため内容はそのまま残し、テキストを{program}にキー入力しました。</translation>
    </message>
    <message>
        <source>What is on the clipboard is larger than 64 MB; it could not be saved, so the text was not inserted.</source>
        <translation>クリップボードの内容が64 MBを超えていて保存できなかったため、テキストを挿入しませんでした。</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>動作</translation>
    </message>
    <message>
        <source>What it hears before a key is kept in memory for a moment, then forgotten.</source>
        <translation>キーを押す前に聞き取った音は、短時間だけメモリーに置かれ、その後消去されます。</translation>
    </message>
    <message>
        <source>What Saywrite hears</source>
        <translation>Saywriteが聞き取る音</translation>
    </message>
    <message>
        <source>What was inserted is unchanged.</source>
        <translation>挿入済みのテキストはそのままです。</translation>
    </message>
    <message>
        <source>What you correct in a text is remembered on this computer, as long as its dictation is in the history.</source>
        <translation>テキストで直した内容は、その音声入力が履歴にある間、このコンピューターに記憶されます。</translation>
    </message>
    <message>
        <source>What you dictated stays in the history.</source>
        <translation>音声入力した内容は履歴に残ります。</translation>
    </message>
    <message>
        <source>What you said is kept. Press the key to go on.</source>
        <translation>話した内容は保持されています。続けるにはキーを押してください。</translation>
    </message>
    <message>
        <source>What you said is kept. Say the phrase again to go on.</source>
        <translation>話した内容は保持されています。続けるにはもう一度合図の言葉を言ってください。</translation>
    </message>
    <message>
        <source>What you said is kept. Saywrite waits for the phrase again when the screen is unlocked.</source>
        <translation>話した内容は保持されています。画面のロックが解除されると、Saywriteは再び合図の言葉を待ちます。</translation>
    </message>
    <message>
        <source>What you say shortly before the key press is written, too. The microphone then stays open between dictations; older sound is forgotten at once.</source>
        <translation>キーを押す直前に話した内容も書き取ります。この場合、音声入力の合間もマイクは開いたままです。古い音声はすぐに消去されます。</translation>
    </message>
    <message>
        <source>What's new</source>
        <translation>新機能</translation>
    </message>
    <message>
        <source>When aiOla cannot be reached</source>
        <translation>aiOlaに接続できないとき</translation>
    </message>
    <message>
        <source>When each paragraph begins. Ctrl+Enter in the text plays the sentence at the cursor.</source>
        <translation>各段落が始まる時刻です。テキストでCtrl+Enterを押すと、カーソル位置の文を再生します。</translation>
    </message>
    <message>
        <source>When each paragraph begins. Enter in the text plays from the word at the cursor.</source>
        <translation>各段落が始まる時刻です。テキストでEnterを押すと、カーソル位置の語から再生します。</translation>
    </message>
    <message>
        <source>When I &amp;hear</source>
        <translation>こう聞こえたら(&amp;H)</translation>
    </message>
    <message>
        <source>When I say</source>
        <translation>こう言ったら</translation>
    </message>
    <message>
        <source>When the recognizer sets no punctuation</source>
        <translation>認識エンジンが句読点を付けないとき</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>送信先</translation>
    </message>
    <message>
        <source>Where &amp;my speech went…</source>
        <translation>音声の送信先(&amp;M)…</translation>
    </message>
    <message>
        <source>Where my speech went – Saywrite</source>
        <translation>音声の送信先 – Saywrite</translation>
    </message>
    <message>
        <source>Where my speech went, by month</source>
        <translation>月別の音声の送信先</translation>
    </message>
    <message>
        <source>Which texts are shown</source>
        <translation>表示するテキスト</translation>
    </message>
    <message>
        <source>While you dictate, use headphones: a microphone near a loudspeaker hears what is read.</source>
        <translation>音声入力中はヘッドホンを使ってください。スピーカーの近くのマイクは、読み上げの音を拾います。</translation>
    </message>
    <message>
        <source>whisper engine</source>
        <translation>whisper エンジン 音声認識</translation>
    </message>
    <message>
        <source>Who writes</source>
        <translation>書き取りの方法</translation>
    </message>
    <message>
        <source>Who writes what you say?</source>
        <translation>話した内容の書き取りに何を使いますか？</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>ウィンドウ</translation>
    </message>
    <message>
        <source>Windows does not report {chord} to other programs.</source>
        <translation>Windowsは、{chord}をほかのプログラムに通知しません。</translation>
    </message>
    <message>
        <source>Windows refused it ({reason}).</source>
        <translation>Windowsが拒否しました ({reason})。</translation>
    </message>
    <message>
        <source>Windows reports no key to Saywrite any more.</source>
        <translation>Windowsからキーが通知されなくなりました。</translation>
    </message>
    <message>
        <source>With a higher value, only clear speech is written.</source>
        <translation>値を大きくすると、はっきりした声だけを書き取ります。</translation>
    </message>
    <message>
        <source>With less motion, the overlay's level moves rarely.</source>
        <translation>動きを控えめにすると、オーバーレイの音量レベルが動く回数が減ります。</translation>
    </message>
    <message>
        <source>Without text yet</source>
        <translation>まだテキストなし</translation>
    </message>
    <message>
        <source>Without {name} all texts would have the same name.</source>
        <translation>{name}がないと、すべてのテキストが同じ名前になります。</translation>
    </message>
    <message>
        <source>Words as they come</source>
        <translation>聞き取った言葉を順次</translation>
    </message>
    <message>
        <source>Words it should know</source>
        <translation>覚えさせる言葉</translation>
    </message>
    <message>
        <source>words vocabulary dictionary lab learn correct</source>
        <translation>単語 語彙 辞書 用語 ラボ 学習 訂正 修正</translation>
    </message>
    <message>
        <source>Workflow</source>
        <translation>ワークフロー</translation>
    </message>
    <message>
        <source>Works without a network. What you say does not leave this computer.</source>
        <translation>ネットワークなしで動きます。話した内容はこのコンピューターの外に出ません。</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>こう書く</translation>
    </message>
    <message>
        <source>Write a space instead</source>
        <translation>代わりに空白を書く</translation>
    </message>
    <message>
        <source>Write each modifier once.</source>
        <translation>修飾キーは1回ずつ書いてください。</translation>
    </message>
    <message>
        <source>Write it like Ctrl+Alt+Space, F9 or Right Ctrl.</source>
        <translation>Ctrl+Alt+Space、F9、Right Ctrlのように書いてください。</translation>
    </message>
    <message>
        <source>Write the whole path of the folder, or an address that begins with https://.</source>
        <translation>フォルダーの完全なパス、またはhttps://で始まるアドレスを書いてください。</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>書いています…</translation>
    </message>
    <message>
        <source>written</source>
        <translation>表記</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>昨日</translation>
    </message>
    <message>
        <source>You can already speak: your words are recorded, and written as soon as the model is here.</source>
        <translation>もう話せます。話した内容は録音され、モデルが用意でき次第、文字になります。</translation>
    </message>
    <message>
        <source>You can change this at any time.</source>
        <translation>これはいつでも変更できます。</translation>
    </message>
    <message>
        <source>You can listen again to a recording that is kept. It stays on this computer.</source>
        <translation>保存した録音は、もう一度聞けます。録音はこのコンピューターの外に出ません。</translation>
    </message>
    <message>
        <source>You changed keywords and did not apply the changes.</source>
        <translation>キーワードの変更がまだ適用されていません。</translation>
    </message>
    <message>
        <source>You changed the text and did not save it.</source>
        <translation>テキストの変更がまだ保存されていません。</translation>
    </message>
    <message>
        <source>You corrected these words in your texts.</source>
        <translation>テキストで直した言葉です。</translation>
    </message>
    <message numerus="yes">
        <source>You stopped before {n} recordings: their texts were used.</source>
        <extracomment>Singular: You stopped before {n} recording: its text was used.</extracomment>
        <translation>
            <numerusform>残り{n}件の録音を認識する前に停止したため、それらは元のテキストを使いました。</numerusform>
        </translation>
    </message>
    <message>
        <source>You went to another window before the text was there.</source>
        <translation>テキストができる前に別のウィンドウに移った場合の動作です。</translation>
    </message>
    <message>
        <source>Your words appear here as you say them. Press Stop when you are done.</source>
        <translation>話すそばから、ここに言葉が表示されます。終わったら「停止」を押してください。</translation>
    </message>
    <message>
        <source>Your words are recorded. They are written as soon as the model is here.</source>
        <translation>話した内容は録音されます。モデルが用意でき次第、文字になります。</translation>
    </message>
    <message>
        <source>Your words are written as soon as the model is here.</source>
        <translation>モデルが用意でき次第、話した内容が文字になります。</translation>
    </message>
    <message>
        <source>{added:,} added</source>
        <translation>{added:,}件を追加</translation>
    </message>
    <message>
        <source>{cells} columns instead of 2; put quotation marks around text with a comma.</source>
        <translation>2列ではなく{cells}列あります。コンマを含むテキストは引用符で囲んでください。</translation>
    </message>
    <message>
        <source>{changed:,} changed</source>
        <translation>{changed:,}件を変更</translation>
    </message>
    <message>
        <source>{chord} is already your other key.</source>
        <translation>{chord}は、既にもう一方のキーに使われています。</translation>
    </message>
    <message>
        <source>{chord} is needed for writing: add Ctrl, Alt or Super.</source>
        <translation>{chord}は文字の入力に必要です。Ctrl、Alt、Superのいずれかを加えてください。</translation>
    </message>
    <message>
        <source>{chord} usually {purpose}.</source>
        <translation>{chord}の通常の働き: {purpose}。</translation>
    </message>
    <message>
        <source>{column}, keyword {row}</source>
        <translation>{column}、キーワード{row}</translation>
    </message>
    <message>
        <source>{confirmed} of {length}</source>
        <translation>{confirmed}/{length}</translation>
    </message>
    <message>
        <source>{day:%A}, {day:%B} {number}</source>
        <translation>{day:%B}{number}日 {day:%A}</translation>
    </message>
    <message>
        <source>{day:%A}, {day:%B} {number}, {year}</source>
        <translation>{year}年{day:%B}{number}日 {day:%A}</translation>
    </message>
    <message>
        <source>{device} (not connected)</source>
        <translation>{device} (未接続)</translation>
    </message>
    <message>
        <source>{device} is open all the time, as you chose.</source>
        <translation>設定に従い、{device}は常に開いています。</translation>
    </message>
    <message>
        <source>{dictations} exported to {name}</source>
        <translation>{dictations}を{name}に書き出しました</translation>
    </message>
    <message>
        <source>{dictations}, {length} in all</source>
        <translation>{dictations}、合計{length}</translation>
    </message>
    <message numerus="yes">
        <source>{done} of {n:,} files done</source>
        <extracomment>Singular: {done} of {n:,} file done</extracomment>
        <translation>
            <numerusform>{n:,}件中{done}件のファイルが完了</numerusform>
        </translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done}/{total}</translation>
    </message>
    <message>
        <source>{download_bytes} to download · {disk_bytes} on disk · {memory_bytes} of memory · {license} license</source>
        <translation>ダウンロード{download_bytes} · ディスク{disk_bytes} · メモリー{memory_bytes} · {license}ライセンス</translation>
    </message>
    <message>
        <source>{file} cannot be read: {error}</source>
        <translation>{file}を読み取れません: {error}</translation>
    </message>
    <message>
        <source>{file} was written by a newer version of Saywrite; what this one knows is used.</source>
        <translation>{file}は新しいバージョンのSaywriteで書かれています。このバージョンで分かる内容を使います。</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Its default is used: {shown}.</source>
        <translation>{file}: {name}{problem}。既定値を使います: {shown}。</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Nothing leaves this computer until it is corrected.</source>
        <translation>{file}: {name}{problem}。修正されるまで、このコンピューターから何も送信しません。</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Recordings are kept until it is corrected.</source>
        <translation>{file}: {name}{problem}。修正されるまで、録音は保持されます。</translation>
    </message>
    <message>
        <source>{folder} belongs to another user; commands from other programs are not taken.</source>
        <translation>{folder}は別のユーザーのものです。ほかのプログラムからのコマンドは受け付けません。</translation>
    </message>
    <message>
        <source>{folder} is a link; commands from other programs are not taken.</source>
        <translation>{folder}はリンクです。ほかのプログラムからのコマンドは受け付けません。</translation>
    </message>
    <message>
        <source>{folder} is no folder; commands from other programs are not taken.</source>
        <translation>{folder}はフォルダーではありません。ほかのプログラムからのコマンドは受け付けません。</translation>
    </message>
    <message>
        <source>{folder} is open to other users ({mode:03o}); commands from other programs are not taken.</source>
        <translation>{folder}にはほかのユーザーもアクセスできます ({mode:03o})。ほかのプログラムからのコマンドは受け付けません。</translation>
    </message>
    <message>
        <source>{format} ({suffix})</source>
        <translation>{format} ({suffix})</translation>
    </message>
    <message>
        <source>{found:,} found</source>
        <translation>{found:,}件</translation>
    </message>
    <message>
        <source>{freed} of disk space become free. It can be downloaded again at any time.</source>
        <translation>ディスクに{freed}の空きができます。いつでももう一度ダウンロードできます。</translation>
    </message>
    <message>
        <source>{go_on} See the settings.</source>
        <translation>{go_on}設定を確認してください。</translation>
    </message>
    <message>
        <source>{host} cannot prove who it is: this computer does not trust its certificate.</source>
        <translation>{host}は身元を証明できません。このコンピューターはその証明書を信頼していません。</translation>
    </message>
    <message>
        <source>{host} closed the connection ({code}).</source>
        <translation>{host}が接続を閉じました ({code})。</translation>
    </message>
    <message>
        <source>{host} closed the connection.</source>
        <translation>{host}が接続を閉じました。</translation>
    </message>
    <message>
        <source>{host} closed the session.</source>
        <translation>{host}がセッションを閉じました。</translation>
    </message>
    <message>
        <source>{host} does not accept the API key.</source>
        <translation>{host}がAPIキーを受け付けません。</translation>
    </message>
    <message>
        <source>{host} does not accept the request ({detail}).</source>
        <translation>{host}が要求を受け付けません ({detail})。</translation>
    </message>
    <message>
        <source>{host} does not answer.</source>
        <translation>{host}が応答しません。</translation>
    </message>
    <message>
        <source>{host} does not know this workflow.</source>
        <translation>{host}にこのワークフローはありません。</translation>
    </message>
    <message>
        <source>{host} does not take this sound: its format or its length.</source>
        <translation>{host}はこの音声を受け付けません。形式または長さが原因です。</translation>
    </message>
    <message>
        <source>{host} ended the connection.</source>
        <translation>{host}が接続を終了しました。</translation>
    </message>
    <message>
        <source>{host} gave an answer that makes no sense (while {doing}).</source>
        <translation>{host}の応答を理解できません (処理: {doing})。</translation>
    </message>
    <message>
        <source>{host} gives out an access token that has expired.</source>
        <translation>{host}が発行したアクセストークンは、有効期限が切れています。</translation>
    </message>
    <message>
        <source>{host} gives this computer no access token.</source>
        <translation>{host}はこのコンピューターにアクセストークンを発行しません。</translation>
    </message>
    <message>
        <source>{host} has a problem of its own ({detail}, while {doing}).</source>
        <translation>{host}側で問題が発生しています ({detail}、処理: {doing})。</translation>
    </message>
    <message>
        <source>{host} has had too many requests from this account.</source>
        <translation>{host}がこのアカウントから受け取った要求が多すぎます。</translation>
    </message>
    <message>
        <source>{host} has no aiOla service at this address.</source>
        <translation>{host}のこのアドレスにはaiOlaのサービスがありません。</translation>
    </message>
    <message>
        <source>{host} is not found.</source>
        <translation>{host}が見つかりません。</translation>
    </message>
    <message>
        <source>{host} no longer accepts the access token.</source>
        <translation>{host}がアクセストークンを受け付けなくなりました。</translation>
    </message>
    <message>
        <source>{host} reports an error ({detail}, while {doing}).</source>
        <translation>{host}がエラーを報告しています ({detail}、処理: {doing})。</translation>
    </message>
    <message>
        <source>{host} sends a text that is far too long.</source>
        <translation>{host}から長すぎるテキストが送られてきました。</translation>
    </message>
    <message>
        <source>{host} sends far more than belongs to this sound.</source>
        <translation>{host}から、この音声に対して多すぎる内容が送られてきました。</translation>
    </message>
    <message>
        <source>{host} takes no connection.</source>
        <translation>{host}が接続を受け付けません。</translation>
    </message>
    <message>
        <source>{host} was not contacted, because nothing may leave this computer.</source>
        <translation>このコンピューターから何も送信しない設定のため、{host}に接続しませんでした。</translation>
    </message>
    <message>
        <source>{host}, or a gateway on the way to it, accepts no WebSocket ({detail}).</source>
        <translation>{host}、または途中のゲートウェイがWebSocketを受け付けません ({detail})。</translation>
    </message>
    <message>
        <source>{hours} h</source>
        <translation>{hours}時間</translation>
    </message>
    <message>
        <source>{hours} h left</source>
        <translation>残り{hours}時間</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours}時間{minutes}分</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min left</source>
        <translation>残り{hours}時間{minutes}分</translation>
    </message>
    <message>
        <source>{keywords} exported to {name}.</source>
        <translation>{keywords}を{name}に書き出しました。</translation>
    </message>
    <message>
        <source>{key} can only be used alone, not with other keys.</source>
        <translation>{key}は単独でのみ使えます。ほかのキーとは組み合わせられません。</translation>
    </message>
    <message>
        <source>{key} no longer works in combinations with other keys.</source>
        <translation>{key}は、ほかのキーとの組み合わせで使えなくなります。</translation>
    </message>
    <message>
        <source>{key} This is how it works in every program.</source>
        <translation>{key}どのプログラムでもこのように使えます。</translation>
    </message>
    <message>
        <source>{label} (default)</source>
        <translation>{label} (既定)</translation>
    </message>
    <message>
        <source>{label} ({size}) was not downloaded: the connection is metered.</source>
        <translation>{label} ({size}) をダウンロードしませんでした: 従量制の接続です。</translation>
    </message>
    <message>
        <source>{label} account…</source>
        <translation>{label}のアカウント…</translation>
    </message>
    <message>
        <source>{label} cannot be converted: {error}.</source>
        <translation>{label}を変換できません: {error}。</translation>
    </message>
    <message>
        <source>{label} cannot be downloaded: its files are not verified.</source>
        <translation>{label}をダウンロードできません: ファイルが検証されていません。</translation>
    </message>
    <message>
        <source>{label} cannot be read: {reason}.</source>
        <translation>{label}を読み取れません: {reason}。</translation>
    </message>
    <message>
        <source>{label} cannot be removed: {reason}.</source>
        <translation>{label}を削除できません: {reason}。</translation>
    </message>
    <message>
        <source>{label} could not be downloaded ({reasons}).</source>
        <translation>{label}をダウンロードできませんでした ({reasons})。</translation>
    </message>
    <message>
        <source>{label} delivered no sound.</source>
        <translation>{label}から音声が届きませんでした。</translation>
    </message>
    <message>
        <source>{label} delivers no sound.</source>
        <translation>{label}から音声が届きません。</translation>
    </message>
    <message>
        <source>{label} delivers nothing but silence.</source>
        <translation>{label}からは無音しか届きません。</translation>
    </message>
    <message>
        <source>{label} does not know {name}.</source>
        <translation>{label}は{name}に対応していません。</translation>
    </message>
    <message>
        <source>{label} is back.</source>
        <translation>{label}が再び使えるようになりました。</translation>
    </message>
    <message>
        <source>{label} is being downloaded by another Saywrite.</source>
        <translation>{label}は、別のSaywriteがダウンロードしています。</translation>
    </message>
    <message>
        <source>{label} is being downloaded: {arrived}</source>
        <translation>{label}をダウンロードしています: {arrived}</translation>
    </message>
    <message>
        <source>{label} is being prepared for this computer.</source>
        <translation>{label}をこのコンピューター用に準備しています。</translation>
    </message>
    <message>
        <source>{label} is damaged: its files are incomplete or were changed.</source>
        <translation>{label}は破損しています。ファイルが不完全か、変更されています。</translation>
    </message>
    <message>
        <source>{label} is damaged: {files}. It is no longer used.</source>
        <translation>{label}が破損しています: {files}。今後は使いません。</translation>
    </message>
    <message>
        <source>{label} is muted.</source>
        <translation>{label}はミュートされています。</translation>
    </message>
    <message>
        <source>{label} is not connected. Using {other} until it is.</source>
        <translation>{label}は接続されていません。接続されるまで{other}を使用します。</translation>
    </message>
    <message>
        <source>{label} is not connected. Using {other}.</source>
        <translation>{label}は接続されていません。{other}を使用します。</translation>
    </message>
    <message>
        <source>{label} is not on this computer yet.</source>
        <translation>{label}はまだこのコンピューターにありません。</translation>
    </message>
    <message>
        <source>{label} is not on this computer.</source>
        <translation>{label}はこのコンピューターにありません。</translation>
    </message>
    <message>
        <source>{label} is part of the installation and stays.</source>
        <translation>{label}はインストールの一部のため、削除されません。</translation>
    </message>
    <message>
        <source>{label} is very quiet.</source>
        <translation>{label}の音がとても小さくなっています。</translation>
    </message>
    <message>
        <source>{label} was damaged while it was converted.</source>
        <translation>{label}は変換中に破損しました。</translation>
    </message>
    <message>
        <source>{label} was not available.</source>
        <translation>{label}を利用できませんでした。</translation>
    </message>
    <message>
        <source>{label} was unplugged. Using {other} until it is back.</source>
        <translation>{label}が取り外されました。戻るまで{other}を使用します。</translation>
    </message>
    <message>
        <source>{label} was unplugged. Using {other}.</source>
        <translation>{label}が取り外されました。{other}を使用します。</translation>
    </message>
    <message>
        <source>{label} went away.</source>
        <translation>{label}が使えなくなりました。</translation>
    </message>
    <message>
        <source>{label}: choose a folder</source>
        <translation>{label}: フォルダーを選択</translation>
    </message>
    <message>
        <source>{length} at {at}: {cause}</source>
        <translation>{at}の位置で{length}: {cause}</translation>
    </message>
    <message>
        <source>{length} of sound is missing {where}: {cause}</source>
        <translation>{length}の音声が欠落しています ({where}): {cause}</translation>
    </message>
    <message>
        <source>{length} of sound missing</source>
        <translation>{length}の音声が欠落</translation>
    </message>
    <message>
        <source>{length} of sound missing: {cause}</source>
        <translation>{length}の音声が欠落: {cause}</translation>
    </message>
    <message>
        <source>{length} of speech stayed on this computer</source>
        <translation>音声{length}はこのコンピューターの外に出ていません</translation>
    </message>
    <message numerus="yes">
        <source>{length} recorded, {n:,} utterances.</source>
        <extracomment>Singular: {length} recorded, {n:,} utterance.</extracomment>
        <translation>
            <numerusform>録音{length}、発話{n:,}件。</numerusform>
        </translation>
    </message>
    <message>
        <source>{length} went to {host} ({bytes})</source>
        <translation>{length}を{host}に送信 ({bytes})</translation>
    </message>
    <message>
        <source>{megabytes:,.0f} MB</source>
        <translation>{megabytes:,.0f} MB</translation>
    </message>
    <message>
        <source>{method} knows only the options engine, language and activation-token, as text.</source>
        <translation>{method}で使えるオプションはengine、language、activation-tokenだけで、値はテキストです。</translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation>{minutes}分</translation>
    </message>
    <message>
        <source>{minutes} min left</source>
        <translation>残り{minutes}分</translation>
    </message>
    <message>
        <source>{minutes} min {seconds} s</source>
        <translation>{minutes}分{seconds}秒</translation>
    </message>
    <message>
        <source>{missing}, at {at}.</source>
        <translation>{missing} ({at})。</translation>
    </message>
    <message>
        <source>{model} on this computer</source>
        <translation>このコンピューターの{model}</translation>
    </message>
    <message>
        <source>{model} on your last dictation</source>
        <translation>直近の音声入力での{model}</translation>
    </message>
    <message>
        <source>{model} · on this computer</source>
        <translation>{model} · このコンピューター</translation>
    </message>
    <message>
        <source>{month:%B} {year}</source>
        <translation>{year}年{month:%B}</translation>
    </message>
    <message numerus="yes">
        <source>{n:,} bytes</source>
        <extracomment>Singular: {n:,} byte</extracomment>
        <translation>
            <numerusform>{n:,}バイト</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations</source>
        <extracomment>Singular: {n:,} dictation</extracomment>
        <translation>
            <numerusform>音声入力{n:,}件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations deleted.</source>
        <extracomment>Singular: {n:,} dictation deleted.</extracomment>
        <translation>
            <numerusform>音声入力{n:,}件を削除しました。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords</source>
        <extracomment>Singular: {n:,} keyword</extracomment>
        <translation>
            <numerusform>キーワード{n:,}件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords removed.</source>
        <extracomment>Singular: {n:,} keyword removed.</extracomment>
        <translation>
            <numerusform>キーワード{n:,}件を削除しました。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} lines left out:</source>
        <extracomment>Singular: {n:,} line left out:</extracomment>
        <translation>
            <numerusform>{n:,}行を読み込みませんでした:</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} more messages</source>
        <extracomment>Singular: {n:,} more message</extracomment>
        <translation>
            <numerusform>他{n:,}件のメッセージ</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} more places</source>
        <extracomment>Singular: {n:,} more place</extracomment>
        <translation>
            <numerusform>ほか{n:,}か所</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} segments</source>
        <extracomment>Singular: {n:,} segment</extracomment>
        <translation>
            <numerusform>{n:,}セグメント</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} unfinished dictations</source>
        <extracomment>Singular: {n:,} unfinished dictation</extracomment>
        <translation>
            <numerusform>未完了の音声入力{n:,}件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} utterances</source>
        <extracomment>Singular: {n:,} utterance</extracomment>
        <translation>
            <numerusform>発話{n:,}件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} utterances waiting for text.</source>
        <extracomment>Singular: {n:,} utterance waiting for text.</extracomment>
        <translation>
            <numerusform>テキストを待っている発話{n:,}件。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} words</source>
        <extracomment>Singular: {n:,} word</extracomment>
        <translation>
            <numerusform>{n:,}語</numerusform>
        </translation>
    </message>
    <message>
        <source>{names} and {last}</source>
        <translation>{names}、{last}</translation>
    </message>
    <message numerus="yes">
        <source>{names} and {n} more</source>
        <extracomment>Singular: {names} and {n} more</extracomment>
        <translation>
            <numerusform>{names}、ほか{n}件</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} cannot be read: {reason}.</source>
        <translation>{name}を読み取れません: {reason}。</translation>
    </message>
    <message>
        <source>{name} for transcribing again</source>
        <translation>再文字起こしの{name}</translation>
    </message>
    <message>
        <source>{name} holds no keyring yet; it asks for a password when a key is saved.</source>
        <translation>{name}にはまだキーリングがありません。キーを保存するときに、パスワードの入力が求められます。</translation>
    </message>
    <message>
        <source>{name} is locked; it asks for its password when the key is needed.</source>
        <translation>{name}はロックされています。キーが必要になると、パスワードの入力が求められます。</translation>
    </message>
    <message>
        <source>{name} – not in {label}</source>
        <translation>{name} – {label}は非対応</translation>
    </message>
    <message>
        <source>{name}: recording from {device}</source>
        <translation>{name}: {device}から録音しています</translation>
    </message>
    <message>
        <source>{name}: {changes}.</source>
        <translation>{name}: {changes}。</translation>
    </message>
    <message>
        <source>{number:,} of {found:,}</source>
        <translation>{number:,}/{found:,}件</translation>
    </message>
    <message>
        <source>{number} {unit}</source>
        <translation>{number} {unit}</translation>
    </message>
    <message numerus="yes">
        <source>{n} corrections deleted; their texts stay.</source>
        <extracomment>Singular: {n} correction deleted; its text stays.</extracomment>
        <translation>
            <numerusform>修正{n}件を削除しました。そのテキストは残ります。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} days</source>
        <extracomment>Singular: {n} day</extracomment>
        <translation>
            <numerusform>{n}日</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} dictations have no recording: their texts were used.</source>
        <extracomment>Singular: {n} dictation has no recording: its text was used.</extracomment>
        <translation>
            <numerusform>{n}件の音声入力には録音がないため、そのテキストを使いました。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} hits.</source>
        <extracomment>Singular: {n} hit.</extracomment>
        <translation>
            <numerusform>一致{n}件。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} keywords to check.</source>
        <extracomment>Singular: {n} keyword to check.</extracomment>
        <translation>
            <numerusform>確認が必要なキーワード{n}件。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} minutes</source>
        <extracomment>Singular: {n} minute</extracomment>
        <translation>
            <numerusform>{n}分</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} of {all} dictations change.</source>
        <extracomment>Singular: {n} of {all} dictations changes.</extracomment>
        <translation>
            <numerusform>音声入力{all}件中{n}件が変わります。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} recordings were recognized again.</source>
        <extracomment>Singular: {n} recording was recognized again.</extracomment>
        <translation>
            <numerusform>録音{n}件をもう一度認識しました。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} seconds</source>
        <extracomment>Singular: {n} second</extracomment>
        <translation>
            <numerusform>{n}秒</numerusform>
        </translation>
    </message>
    <message>
        <source>{path} cannot be changed by Saywrite.</source>
        <translation>Saywriteは{path}を変更できません。</translation>
    </message>
    <message>
        <source>{path} cannot be read ({reason}). The defaults are used.</source>
        <translation>{path}を読み取れません ({reason})。既定値を使います。</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation>{path}を読み取れません: {reason}。</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}. There are no keywords.</source>
        <translation>{path}を読み取れません: {reason}。キーワードはありません。</translation>
    </message>
    <message>
        <source>{path} cannot be used ({reason}).</source>
        <translation>{path}を使えません ({reason})。</translation>
    </message>
    <message>
        <source>{path} is not a history of Saywrite. It was left as it is.</source>
        <translation>{path}はSaywriteの履歴ではありません。元のまま残しました。</translation>
    </message>
    <message>
        <source>{path} is not a settings file ({error}).</source>
        <translation>{path}は設定ファイルではありません ({error})。</translation>
    </message>
    <message>
        <source>{path} is not a settings file.</source>
        <translation>{path}は設定ファイルではありません。</translation>
    </message>
    <message>
        <source>{path} is where Saywrite's socket should be; commands from other programs are not taken.</source>
        <translation>{path}は、Saywriteのソケットがあるべき場所にあります。ほかのプログラムからのコマンドは受け付けません。</translation>
    </message>
    <message>
        <source>{path} was not saved: {reason}.</source>
        <translation>{path}を保存しませんでした: {reason}。</translation>
    </message>
    <message>
        <source>{path}, line {line}: {what}</source>
        <translation>{path}、{line}行目: {what}</translation>
    </message>
    <message>
        <source>{path}: {what} It was kept as {name} beside it, and there are no keywords. Repair that file, then import it in the keyword list.</source>
        <translation>{path}: {what}このファイルは同じ場所に{name}として残し、キーワードはない状態です。そのファイルを修復してから、キーワードの一覧で読み込んでください。</translation>
    </message>
    <message>
        <source>{path}: {what} It was left as it is, and there are no keywords. Repair or move it.</source>
        <translation>{path}: {what}このファイルは元のまま残し、キーワードはない状態です。修復するか、移動してください。</translation>
    </message>
    <message>
        <source>{place} cannot be written ({error})</source>
        <translation>{place}に書き込めません ({error})</translation>
    </message>
    <message>
        <source>{place} cannot be written ({error}).</source>
        <translation>{place}に書き込めません ({error})。</translation>
    </message>
    <message>
        <source>{place} is on a read-only disk</source>
        <translation>{place}は読み取り専用のディスクにあります</translation>
    </message>
    <message>
        <source>{place} is on a read-only disk.</source>
        <translation>{place}は読み取り専用のディスクにあります。</translation>
    </message>
    <message>
        <source>{position} of {length}</source>
        <translation>{position}/{length}</translation>
    </message>
    <message>
        <source>{program} could not be brought to the front, so nothing was undone.</source>
        <translation>{program}を前面に出せなかったため、何も元に戻しませんでした。</translation>
    </message>
    <message>
        <source>{program} did not read the text.</source>
        <translation>{program}がテキストを読み取りませんでした。</translation>
    </message>
    <message>
        <source>{program} did not receive the text</source>
        <translation>{program}はテキストを受け取りませんでした</translation>
    </message>
    <message>
        <source>{program} does not report whether you have typed there since, so nothing was undone.</source>
        <translation>{program}はその後の入力の有無を通知しないため、何も元に戻しませんでした。</translation>
    </message>
    <message>
        <source>{program} received the text</source>
        <translation>{program}がテキストを受け取りました</translation>
    </message>
    <message>
        <source>{program} was sent the text; no confirmation came</source>
        <translation>{program}にテキストを送信しましたが、確認は届きませんでした</translation>
    </message>
    <message>
        <source>{recognizer} for {segments}</source>
        <translation>{recognizer} ({segments})</translation>
    </message>
    <message>
        <source>{recognizer}: {languages}.</source>
        <translation>{recognizer}: {languages}。</translation>
    </message>
    <message>
        <source>{rest} in {places}</source>
        <translation>{places}: {rest}</translation>
    </message>
    <message>
        <source>{seconds:.0f} s</source>
        <translation>{seconds:.0f}秒</translation>
    </message>
    <message>
        <source>{seconds:.0f} s of the dictation have no text: {why}.</source>
        <translation>音声入力の{seconds:.0f}秒にテキストがありません: {why}。</translation>
    </message>
    <message>
        <source>{seconds:.2f} s</source>
        <translation>{seconds:.2f}秒</translation>
    </message>
    <message>
        <source>{seconds:g} seconds</source>
        <translation>{seconds:g}秒</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds}秒</translation>
    </message>
    <message>
        <source>{seconds} s left</source>
        <translation>残り{seconds}秒</translation>
    </message>
    <message>
        <source>{sent} sent to {host}, {received} received</source>
        <translation>{host}に{sent}送信、{received}受信</translation>
    </message>
    <message>
        <source>{setting} (not connected)</source>
        <translation>{setting} (未接続)</translation>
    </message>
    <message>
        <source>{target} already exists.</source>
        <translation>{target}は既に存在します。</translation>
    </message>
    <message>
        <source>{then:%b} {day}, {then:%H:%M}</source>
        <translation>{then:%b}{day}日 {then:%H:%M}</translation>
    </message>
    <message>
        <source>{then:%b} {day}, {year}, {then:%H:%M}</source>
        <translation>{year}年{then:%b}{day}日 {then:%H:%M}</translation>
    </message>
    <message>
        <source>{time:.0f} ms</source>
        <translation>{time:.0f} ms</translation>
    </message>
    <message>
        <source>{time} · at {start}</source>
        <translation>{time} · {start}の位置</translation>
    </message>
    <message>
        <source>{unknown} is not known. Use {{name}}, {{date}} or {{language}}.</source>
        <translation>{unknown}は使えません。{{name}}、{{date}}、{{language}}のいずれかを使ってください。</translation>
    </message>
    <message>
        <source>{value} percent</source>
        <translation>{value}パーセント</translation>
    </message>
    <message>
        <source>{variable} is set in the environment and wins: {value}</source>
        <translation>環境変数{variable}が設定されており、優先されます: {value}</translation>
    </message>
    <message>
        <source>{variable} is set in the environment: that key is used, whatever is saved here.</source>
        <translation>環境変数{variable}が設定されています。ここに保存したキーに関係なく、そのキーが使われます。</translation>
    </message>
    <message numerus="yes">
        <source>{words:,} of {n:,} words</source>
        <extracomment>Singular: {words:,} of {n:,} word</extracomment>
        <translation>
            <numerusform>{n:,}語中{words:,}語</numerusform>
        </translation>
    </message>
    <message>
        <source>{words} in {segments}</source>
        <translation>{words}、{segments}</translation>
    </message>
    <message>
        <source>{words}, {failed} failed</source>
        <translation>{words}、失敗{failed}件</translation>
    </message>
    <message>
        <source>{{name}} is the name of the sound file, {{date}} is today, {{language}} the language. The ending chooses the format: {suffixes}.</source>
        <translation>{{name}}は音声ファイルの名前、{{date}}は今日の日付、{{language}}は言語です。末尾で形式が決まります: {suffixes}。</translation>
    </message>
    <message>
        <source>“Default” is the one chosen in the system's settings.</source>
        <translation>「既定」は、システムの設定で選ばれているものです。</translation>
    </message>
    <message>
        <source>“Listen” plays the sounds for start, end and failure, one after the other.</source>
        <translation>「聞く」を押すと、開始、終了、失敗の効果音を順に鳴らします。</translation>
    </message>
    <message>
        <source>“saywrite doctor” tells more.</source>
        <translation>詳しくは「saywrite doctor」で確認できます。</translation>
    </message>
    <message>
        <source>“{file}” was not transcribed. {what}</source>
        <translation>「{file}」を文字起こししませんでした。{what}</translation>
    </message>
    <message>
        <source>“{name}” breaks off: its end, without which nothing of it can be decoded, is missing.</source>
        <translation>「{name}」は途中で切れています。デコードに必要な末尾がありません。</translation>
    </message>
    <message>
        <source>“{name}” breaks off: {seconds:.1f} s could be read.</source>
        <translation>「{name}」は途中で切れています: 読み取れたのは{seconds:.1f}秒です。</translation>
    </message>
    <message>
        <source>“{name}” breaks off: {seconds:.1f} s of {whole:.1f} s could be read.</source>
        <translation>「{name}」は途中で切れています: 読み取れたのは{whole:.1f}秒のうち{seconds:.1f}秒です。</translation>
    </message>
    <message>
        <source>“{name}” cannot be decoded.</source>
        <translation>「{name}」をデコードできません。</translation>
    </message>
    <message>
        <source>“{name}” cannot be read: {reason}.</source>
        <translation>「{name}」を読み取れません: {reason}。</translation>
    </message>
    <message>
        <source>“{name}” could not be read: {reason}.</source>
        <translation>「{name}」を読み込めませんでした: {reason}。</translation>
    </message>
    <message>
        <source>“{name}” exists already.</source>
        <translation>「{name}」は既に存在します。</translation>
    </message>
    <message>
        <source>“{name}” exists already. Replace it?</source>
        <translation>「{name}」は既に存在します。置き換えますか？</translation>
    </message>
    <message>
        <source>“{name}” has a header but holds no sound.</source>
        <translation>「{name}」にはヘッダーがありますが、音声がありません。</translation>
    </message>
    <message>
        <source>“{name}” has sound of a kind that cannot be decoded here, or that is protected against copying.</source>
        <translation>「{name}」の音声は、ここではデコードできない種類か、コピー防止されています。</translation>
    </message>
    <message>
        <source>“{name}” holds no sound.</source>
        <translation>「{name}」には音声がありません。</translation>
    </message>
    <message>
        <source>“{name}” in “{text}” is not a modifier.</source>
        <translation>「{text}」の「{name}」は修飾キーではありません。</translation>
    </message>
    <message>
        <source>“{name}” is a folder.</source>
        <translation>「{name}」はフォルダーです。</translation>
    </message>
    <message>
        <source>“{name}” is damaged: nothing of it can be decoded.</source>
        <translation>「{name}」は破損しており、まったくデコードできません。</translation>
    </message>
    <message>
        <source>“{name}” is damaged: {seconds:.1f} s of it could not be decoded.</source>
        <translation>「{name}」は破損しており、{seconds:.1f}秒分をデコードできませんでした。</translation>
    </message>
    <message>
        <source>“{name}” is empty (0 bytes).</source>
        <translation>「{name}」は空です (0バイト)。</translation>
    </message>
    <message>
        <source>“{name}” is not a file.</source>
        <translation>「{name}」はファイルではありません。</translation>
    </message>
    <message>
        <source>“{name}” is not a sound file that can be decoded here.</source>
        <translation>「{name}」は、ここでデコードできる音声ファイルではありません。</translation>
    </message>
    <message>
        <source>“{name}” is too large for a list of keywords.</source>
        <translation>「{name}」はキーワードの一覧としては大きすぎます。</translation>
    </message>
    <message>
        <source>“{name}” is very quiet: no speech was found in it.</source>
        <translation>「{name}」は音がとても小さく、話し声が見つかりませんでした。</translation>
    </message>
    <message>
        <source>“{name}” may not be read.</source>
        <translation>「{name}」の読み取りは許可されていません。</translation>
    </message>
    <message>
        <source>“{name}” was not exported.</source>
        <translation>「{name}」を書き出しませんでした。</translation>
    </message>
    <message>
        <source>“{name}” was not exported: {reason}.</source>
        <translation>「{name}」を書き出しませんでした: {reason}。</translation>
    </message>
    <message>
        <source>“{name}” was not written: {reason}.</source>
        <translation>「{name}」を書き込みませんでした: {reason}。</translation>
    </message>
    <message>
        <source>“{spoken}” is in none of these dictations.</source>
        <translation>「{spoken}」は、これらの音声入力のどれにもありません。</translation>
    </message>
    <message>
        <source>“{spoken}” is in {some} of {all} dictations: check that it always means this.</source>
        <translation>「{spoken}」は{all}件中{some}件の音声入力に出てきます。常にこの意味かどうか確認してください。</translation>
    </message>
    <message>
        <source>“{spoken}” is listed again further down: that one counts.</source>
        <translation>「{spoken}」は下にもう一度あります。そちらが有効です。</translation>
    </message>
    <message>
        <source>“{spoken}” is not suggested again.</source>
        <translation>「{spoken}」は今後、候補に表示されません。</translation>
    </message>
    <message>
        <source>“{spoken}” is ordinary speech: it would be replaced everywhere.</source>
        <translation>「{spoken}」は普通の言葉です。すべての箇所で置き換わります。</translation>
    </message>
    <message>
        <source>“{spoken}” was added to the list; press Apply to use it.</source>
        <translation>「{spoken}」をリストに追加しました。使うには「適用」を押してください。</translation>
    </message>
    <message numerus="yes">
        <source>“{spoken}” → “{written}” (corrected {n} times)</source>
        <extracomment>Singular: “{spoken}” → “{written}” (corrected once)</extracomment>
        <translation>
            <numerusform>「{spoken}」→「{written}」 (修正{n}回)</numerusform>
        </translation>
    </message>
    <message>
        <source>“{text}” names a modifier twice.</source>
        <translation>「{text}」に同じ修飾キーが2回あります。</translation>
    </message>
    <message>
        <source>… {start} waiting for text, {length}</source>
        <translation>… {start} テキスト待ち、{length}</translation>
    </message>
    <message>
        <source>… {utterances} since {first} waiting for text, {spoken}</source>
        <translation>… {first}から{utterances}がテキスト待ち、{spoken}</translation>
    </message>
    <message>
        <source>● Saywrite</source>
        <translation>● Saywrite</translation>
    </message>
</context>
</TS>
