<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en_US">
<context>
    <name>Saywrite</name>
    <message>
        <source> ({open_device} is open all the time)</source>
        <translation> ({open_device} 始终打开)</translation>
    </message>
    <message>
        <source> ({times} times)</source>
        <translation> ({times} 次)</translation>
    </message>
    <message>
        <source> It is in use: until a model is here again, your words are recorded and written later.</source>
        <translation> 该模型正在使用：在新模型就绪之前，所说的话会先录下来，稍后再写成文字。</translation>
    </message>
    <message>
        <source>&amp;About Saywrite</source>
        <translation>关于 Saywrite(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Add files…</source>
        <translation>添加文件(&amp;A)…</translation>
    </message>
    <message>
        <source>&amp;Add keyword</source>
        <translation>添加关键词(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;aiOla</source>
        <translation>aiOla(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Always write as…</source>
        <translation>始终写成(&amp;A)…</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>应用(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>上一步(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Before and after</source>
        <translation>前后对比(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>取消(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>复制(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Copy this translation</source>
        <translation>复制此译文(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;CSV table</source>
        <translation>CSV 表格(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>删除(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Details…</source>
        <translation>详细信息(&amp;D)…</translation>
    </message>
    <message>
        <source>&amp;Dictation</source>
        <translation>听写(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>放弃(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Done</source>
        <translation>完成(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>导出(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>导出(&amp;E)…</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Find…</source>
        <translation>查找(&amp;F)…</translation>
    </message>
    <message>
        <source>&amp;First steps…</source>
        <translation>初始设置(&amp;F)…</translation>
    </message>
    <message>
        <source>&amp;Forget suggestion</source>
        <translation>忘记此建议(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Hands-free</source>
        <translation>免提(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Hear</source>
        <translation>播放(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Hide</source>
        <translation>隐藏(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;History…</source>
        <translation>历史记录(&amp;H)…</translation>
    </message>
    <message>
        <source>&amp;Insert again</source>
        <translation>重新插入(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;JSON</source>
        <translation>JSON(&amp;J)</translation>
    </message>
    <message>
        <source>&amp;Keep editing</source>
        <translation>继续编辑(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Keep it</source>
        <translation>保留(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts…</source>
        <translation>键盘快捷键(&amp;K)…</translation>
    </message>
    <message>
        <source>&amp;Keywords</source>
        <translation>关键词(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>语言(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Look for microphones</source>
        <translation>查找麦克风(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Markdown</source>
        <translation>Markdown(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Microphone</source>
        <translation>麦克风(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>模型(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation>模型(&amp;M)…</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>下一步(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>粘贴(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Quit Saywrite</source>
        <translation>退出 Saywrite(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Recognizer</source>
        <translation>识别引擎(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>重做(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Remove finished</source>
        <translation>移除已完成项(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Replace</source>
        <translation>替换(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Replace it in the text now {where}</source>
        <translation>立即在文本中替换{where}(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Replace…</source>
        <translation>替换(&amp;R)…</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>保存(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Save audio…</source>
        <translation>保存音频(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Save the text beside each file, as</source>
        <translation>将文本保存在各文件旁，格式为(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Select all</source>
        <translation>全选(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>设置(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>开始(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>停止(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;SubRip subtitles</source>
        <translation>SubRip 字幕(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Switch to {name}</source>
        <translation>切换到{name}(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>测试连接(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;This computer</source>
        <translation>这台电脑(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Transcribe</source>
        <translation>转写(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Transcribe a file…</source>
        <translation>转写文件(&amp;T)…</translation>
    </message>
    <message>
        <source>&amp;Transcribe again</source>
        <translation>重新转写(&amp;T)</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Try on my last {n} dictations</source>
        <extracomment>Singular: &amp;Try on my last dictation</extracomment>
        <translation>
            <numerusform>用最近 {n} 次听写试用(&amp;T)</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Unlock…</source>
        <translation>解锁(&amp;U)…</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>查看(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Waveform</source>
        <translation>波形(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;WebVTT subtitles</source>
        <translation>WebVTT 字幕(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;What's new…</source>
        <translation>新功能(&amp;W)…</translation>
    </message>
    <message>
        <source>&amp;write</source>
        <translation>写成(&amp;W)</translation>
    </message>
    <message>
        <source>(it is not in the text)</source>
        <translation>（文本中没有）</translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>, clipped: too loud. Move away from the microphone or lower its level. Click to reset.</source>
        <translation>，削波：声音太大。请远离麦克风或降低其电平。点击可重置。</translation>
    </message>
    <message>
        <source>, files verified</source>
        <translation>，文件已验证</translation>
    </message>
    <message numerus="yes">
        <source>, {n:,} files waiting</source>
        <extracomment>Singular: , {n:,} file waiting</extracomment>
        <translation>
            <numerusform>，{n:,} 个文件等待中</numerusform>
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
        <translation>1 至 10 分钟</translation>
    </message>
    <message>
        <source>10 s to 1 min</source>
        <translation>10 秒至 1 分钟</translation>
    </message>
    <message>
        <source>: </source>
        <translation>：</translation>
    </message>
    <message>
        <source>; </source>
        <translation>；</translation>
    </message>
    <message>
        <source>A dictation is running.</source>
        <translation>正在进行听写。</translation>
    </message>
    <message>
        <source>A dotted underline marks words that this computer heard differently. Alt+W swaps them.</source>
        <translation>点状下划线标出这台电脑识别结果不同的词。按 Alt+W 可互换。</translation>
    </message>
    <message>
        <source>A folder or an https address with the model files. Leave it empty for the official source.</source>
        <translation>包含模型文件的文件夹或 https 地址。留空则使用官方来源。</translation>
    </message>
    <message>
        <source>A hands-free dictation ends then, and Saywrite waits for the phrase again.</source>
        <translation>此时免提听写结束，Saywrite 会再次等待口令。</translation>
    </message>
    <message>
        <source>A key is saved</source>
        <translation>已保存密钥</translation>
    </message>
    <message>
        <source>A key or token of {secret} characters cannot be saved.</source>
        <translation>无法保存长度为 {secret} 个字符的密钥或令牌。</translation>
    </message>
    <message>
        <source>A key such as Ctrl, Alt or Shift stayed down, so nothing was undone.</source>
        <translation>Ctrl、Alt 或 Shift 等按键一直处于按下状态，因此未撤销任何内容。</translation>
    </message>
    <message>
        <source>A key such as Ctrl, Alt or Shift stayed down, so the text was not inserted.</source>
        <translation>Ctrl、Alt 或 Shift 等按键一直处于按下状态，因此未插入文本。</translation>
    </message>
    <message>
        <source>A longer sentence is written in parts.</source>
        <translation>更长的句子会分段写出。</translation>
    </message>
    <message>
        <source>A menu, a dialog or the screen lock holds the keyboard, so the text was not inserted.</source>
        <translation>菜单、对话框或屏幕锁定占用了键盘，因此未插入文本。</translation>
    </message>
    <message>
        <source>A name cannot contain \ / : * ? " &lt; &gt; or |.</source>
        <translation>名称不能包含以下字符：\ / : * ? " &lt; &gt; |</translation>
    </message>
    <message>
        <source>A new connection is tried.</source>
        <translation>正在尝试新的连接。</translation>
    </message>
    <message>
        <source>A new token is fetched; if you use a token of your own, check it in {settings}.</source>
        <translation>正在获取新令牌；如果使用自己的令牌，请在{settings}中检查。</translation>
    </message>
    <message>
        <source>A recording was not recognized: {reason}</source>
        <translation>有一段录音未能识别：{reason}</translation>
    </message>
    <message>
        <source>A screen reader reads</source>
        <translation>屏幕阅读器朗读</translation>
    </message>
    <message>
        <source>A sentence is sent after a pause of this length.</source>
        <translation>停顿达到此长度后发送一个句子。</translation>
    </message>
    <message>
        <source>A shorter sound is ignored.</source>
        <translation>更短的声音会被忽略。</translation>
    </message>
    <message>
        <source>A small panel with your words above all windows. It is not available on Wayland.</source>
        <translation>在所有窗口上方以小面板显示所说的话。在 Wayland 上不可用。</translation>
    </message>
    <message>
        <source>A sound at the end of a dictation, and when something fails.</source>
        <translation>在听写结束和出现故障时播放提示音。</translation>
    </message>
    <message>
        <source>A stream can be opened at {host}.</source>
        <translation>可以在 {host} 打开流。</translation>
    </message>
    <message>
        <source>A text that follows another one begins with a space, until you press a key or click.</source>
        <translation>接在前文之后的文本以空格开头，直到按下按键或点击鼠标为止。</translation>
    </message>
    <message>
        <source>A value of the command is not a short text.</source>
        <translation>命令中的某个值不是简短的文本。</translation>
    </message>
    <message>
        <source>A web page answered instead of {host}.</source>
        <translation>应答的是一个网页，而不是 {host}。</translation>
    </message>
    <message>
        <source>a while</source>
        <translation>片刻</translation>
    </message>
    <message>
        <source>A&amp;dd keyword</source>
        <translation>添加关键词(&amp;D)</translation>
    </message>
    <message>
        <source>About Saywrite</source>
        <translation>关于 Saywrite</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>访问令牌</translation>
    </message>
    <message>
        <source>accessibility orca</source>
        <translation>无障碍 辅助功能 朗读 orca</translation>
    </message>
    <message>
        <source>Accurate, in eight languages. What you say is sent to aiOla's service.</source>
        <translation>准确，支持八种语言。所说的内容会发送到 aiOla 的服务。</translation>
    </message>
    <message>
        <source>Accurate: what you say is sent to aiOla's service. Needs a network and an API key.</source>
        <translation>准确：所说的内容会发送到 aiOla 的服务。需要网络和 API 密钥。</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Add a keyword (Insert)</source>
        <translation>添加关键词 (Insert)</translation>
    </message>
    <message>
        <source>Add f&amp;older…</source>
        <translation>添加文件夹(&amp;O)…</translation>
    </message>
    <message>
        <source>Add to ~/.config/hypr/hyprland.conf</source>
        <translation>添加到 ~/.config/hypr/hyprland.conf</translation>
    </message>
    <message>
        <source>Add to ~/.config/sway/config, then run: swaymsg reload</source>
        <translation>添加到 ~/.config/sway/config，然后运行：swaymsg reload</translation>
    </message>
    <message>
        <source>Add yourself to the group “audio” (sudo usermod -aG audio $USER) and log in again.</source>
        <translation>请将自己加入“audio”组 (sudo usermod -aG audio $USER)，然后重新登录。</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>高级</translation>
    </message>
    <message>
        <source>After:</source>
        <translation>之后：</translation>
    </message>
    <message>
        <source>aiOla</source>
        <translation>aiOla</translation>
    </message>
    <message>
        <source>aiOla &amp;settings…</source>
        <translation>aiOla 设置(&amp;S)…</translation>
    </message>
    <message>
        <source>aiOla account</source>
        <translation>aiOla 账户</translation>
    </message>
    <message>
        <source>aiOla could not be reached</source>
        <translation>无法连接 aiOla</translation>
    </message>
    <message>
        <source>aiOla did not answer in time</source>
        <translation>aiOla 没有及时响应</translation>
    </message>
    <message>
        <source>aiOla does not answer.</source>
        <translation>aiOla 没有响应。</translation>
    </message>
    <message>
        <source>aiOla has no text for a part of the dictation: that part is what the recognizer on this computer heard.</source>
        <translation>aiOla 没有听写中某一部分的文本：该部分是这台电脑上的识别引擎听到的内容。</translation>
    </message>
    <message>
        <source>aiOla has no text for some words.</source>
        <translation>aiOla 没有部分词语的文本。</translation>
    </message>
    <message>
        <source>aiOla needed longer than {seconds} s: the last sentences are what the recognizer on this computer heard.</source>
        <translation>aiOla 用时超过 {seconds} 秒：最后几句是这台电脑上的识别引擎听到的内容。</translation>
    </message>
    <message>
        <source>aiOla receives the sound but does not answer.</source>
        <translation>aiOla 收到了声音，但没有响应。</translation>
    </message>
    <message>
        <source>aiOla writes while it can be reached; this computer takes over while it cannot. Needs an API key.</source>
        <translation>能连接时由 aiOla 转写，无法连接时由这台电脑接替。需要 API 密钥。</translation>
    </message>
    <message>
        <source>aiOla's service could not be reached for {seconds:.0f} s.</source>
        <translation>已有 {seconds:.0f} 秒无法连接 aiOla 的服务。</translation>
    </message>
    <message>
        <source>aiOla's streaming service is not in this version of Saywrite.</source>
        <translation>此版本的 Saywrite 不包含 aiOla 的流式服务。</translation>
    </message>
    <message>
        <source>aiOla's text for an inserted dictation has arrived.</source>
        <translation>已收到 aiOla 为一段已插入听写生成的文本。</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>All parts and their licenses</source>
        <translation>所有组件及其许可证</translation>
    </message>
    <message>
        <source>Allow it in System Settings → Privacy &amp; Security → Microphone, then start Saywrite again.</source>
        <translation>请在“系统设置”→“隐私与安全性”→“麦克风”中允许，然后重新启动 Saywrite。</translation>
    </message>
    <message>
        <source>Allow Saywrite under System Settings &gt; Privacy &amp; Security &gt; Accessibility.</source>
        <translation>请在“系统设置”&gt;“隐私与安全性”&gt;“辅助功能”中允许 Saywrite。</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>始终</translation>
    </message>
    <message>
        <source>Always &amp;write as…</source>
        <translation>始终写成(&amp;W)…</translation>
    </message>
    <message>
        <source>Always write as</source>
        <translation>始终写成</translation>
    </message>
    <message>
        <source>An unknown program</source>
        <translation>未知程序</translation>
    </message>
    <message>
        <source>Another program has already taken {chord}.</source>
        <translation>{chord} 已被其他程序占用。</translation>
    </message>
    <message>
        <source>Another program is using the audio output.</source>
        <translation>其他程序正在使用音频输出。</translation>
    </message>
    <message>
        <source>Another program is using the microphone.</source>
        <translation>其他程序正在使用麦克风。</translation>
    </message>
    <message>
        <source>Another program took the clipboard before it was certain that {program} had read the text.</source>
        <translation>在确定 {program} 已读取文本之前，另一个程序占用了剪贴板。</translation>
    </message>
    <message>
        <source>Another program took the clipboard before the text was read.</source>
        <translation>文本被读取之前，其他程序占用了剪贴板。</translation>
    </message>
    <message>
        <source>Another window had the keyboard when you started.</source>
        <translation>开始时，键盘焦点在另一个窗口中。</translation>
    </message>
    <message>
        <source>Another window has the focus now.</source>
        <translation>现在焦点在另一个窗口中。</translation>
    </message>
    <message>
        <source>Any language</source>
        <translation>任何语言</translation>
    </message>
    <message>
        <source>Any length</source>
        <translation>任何时长</translation>
    </message>
    <message>
        <source>Any program</source>
        <translation>任何程序</translation>
    </message>
    <message>
        <source>Any recognizer</source>
        <translation>任何识别引擎</translation>
    </message>
    <message>
        <source>API key</source>
        <translation>API 密钥</translation>
    </message>
    <message>
        <source>API key of your aiOla account</source>
        <translation>aiOla 账户的 API 密钥</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>As it should be written</source>
        <translation>应写成的形式</translation>
    </message>
    <message>
        <source>As long as it takes</source>
        <translation>直到完成</translation>
    </message>
    <message>
        <source>Ask for read permission, or copy the file.</source>
        <translation>请申请读取权限，或复制该文件。</translation>
    </message>
    <message>
        <source>Ask that user or an administrator to remove it, or set XDG_RUNTIME_DIR to a folder of your own.</source>
        <translation>请让该用户或管理员移除它，或将 XDG_RUNTIME_DIR 设为自己的文件夹。</translation>
    </message>
    <message>
        <source>Ask whoever runs the proxy to allow this host, or choose another network.</source>
        <translation>请让代理的管理者允许此主机，或选择其他网络。</translation>
    </message>
    <message>
        <source>Ask whoever runs your aiOla account to allow it.</source>
        <translation>请让 aiOla 账户的管理者允许。</translation>
    </message>
    <message>
        <source>Ask whoever runs your token address.</source>
        <translation>请咨询令牌地址的管理者。</translation>
    </message>
    <message>
        <source>asking for a token</source>
        <translation>获取令牌</translation>
    </message>
    <message>
        <source>Assign one in the desktop's keyboard settings.</source>
        <translation>请在桌面的键盘设置中指定按键。</translation>
    </message>
    <message>
        <source>at {at}</source>
        <translation>在 {at} 处</translation>
    </message>
    <message>
        <source>Audio and video files (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;All files (*)</source>
        <translation>音频和视频文件 (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;所有文件 (*)</translation>
    </message>
    <message>
        <source>audio retention delete</source>
        <translation>音频 声音 保留 保存 删除 清除</translation>
    </message>
    <message>
        <source>autostart login minimized</source>
        <translation>自动启动 开机启动 登录 最小化</translation>
    </message>
    <message>
        <source>B&amp;oth</source>
        <translation>两者(&amp;O)</translation>
    </message>
    <message>
        <source>Bar: half of all dictations were faster. Line: 95 of 100 were. The newest 1,000 dictations count.</source>
        <translation>条形：半数听写比此更快。线：100 次中有 95 次比此更快。统计最近 1,000 次听写。</translation>
    </message>
    <message>
        <source>Before and after</source>
        <translation>前后对比</translation>
    </message>
    <message>
        <source>Before:</source>
        <translation>之前：</translation>
    </message>
    <message>
        <source>Began</source>
        <translation>开始时间</translation>
    </message>
    <message>
        <source>Begin a new dictation.</source>
        <translation>请开始新的听写。</translation>
    </message>
    <message>
        <source>Begin and end a dictation with a spoken phrase</source>
        <translation>用口令开始和结束听写</translation>
    </message>
    <message>
        <source>Being heard</source>
        <translation>正在听到的内容</translation>
    </message>
    <message>
        <source>Being prepared for this computer</source>
        <translation>正在为这台电脑准备</translation>
    </message>
    <message>
        <source>belongs to debuggers</source>
        <translation>供调试器使用</translation>
    </message>
    <message>
        <source>belongs to Windows</source>
        <translation>供 Windows 使用</translation>
    </message>
    <message>
        <source>Both texts are empty: there are no words in this recording.</source>
        <translation>两个文本都为空：此录音中没有语音。</translation>
    </message>
    <message>
        <source>Both texts are the same.</source>
        <translation>两个文本相同。</translation>
    </message>
    <message>
        <source>Built-in (basic)</source>
        <translation>内置（基本）</translation>
    </message>
    <message>
        <source>By &amp;month…</source>
        <translation>按月份(&amp;M)…</translation>
    </message>
    <message>
        <source>by BYVoid and contributors, from opencc-python-reimplemented</source>
        <translation>由 BYVoid 及贡献者制作，来自 opencc-python-reimplemented</translation>
    </message>
    <message>
        <source>By this computer's clock the access token has expired.</source>
        <translation>按这台电脑的时钟，访问令牌已过期。</translation>
    </message>
    <message>
        <source>By this computer's clock {host}'s certificate has expired.</source>
        <translation>按这台电脑的时钟，{host} 的证书已过期。</translation>
    </message>
    <message>
        <source>By this computer's clock {host}'s certificate is not valid yet.</source>
        <translation>按这台电脑的时钟，{host} 的证书尚未生效。</translation>
    </message>
    <message>
        <source>Bytes received</source>
        <translation>接收的字节数</translation>
    </message>
    <message>
        <source>Bytes sent</source>
        <translation>发送的字节数</translation>
    </message>
    <message>
        <source>C&amp;hange…</source>
        <translation>更改(&amp;H)…</translation>
    </message>
    <message>
        <source>C&amp;lear</source>
        <translation>清空(&amp;L)</translation>
    </message>
    <message>
        <source>Ca&amp;ncel</source>
        <translation>取消(&amp;N)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancel the dictation</source>
        <translation>取消听写</translation>
    </message>
    <message>
        <source>Caps Lock goes on switching capitals on and off.</source>
        <translation>Caps Lock 仍会切换大小写。</translation>
    </message>
    <message>
        <source>Capture goes on as soon as it is back.</source>
        <translation>一旦恢复，录音就会继续。</translation>
    </message>
    <message>
        <source>Capture goes on.</source>
        <translation>录音继续。</translation>
    </message>
    <message>
        <source>Change it only if your company has its own service.</source>
        <translation>仅当公司有自己的服务时才需更改。</translation>
    </message>
    <message>
        <source>Change it only if your company has its own sign-in service.</source>
        <translation>仅当公司有自己的登录服务时才需更改。</translation>
    </message>
    <message>
        <source>Change the keywords, then try them. Here you see what your dictations would say.</source>
        <translation>更改关键词，然后试用。此处会显示听写内容的变化。</translation>
    </message>
    <message>
        <source>Changed texts</source>
        <translation>有变化的文本</translation>
    </message>
    <message>
        <source>Check for &amp;updates…</source>
        <translation>检查更新(&amp;U)…</translation>
    </message>
    <message>
        <source>Check how to sign in, in {settings}.</source>
        <translation>请在{settings}中检查登录方式。</translation>
    </message>
    <message>
        <source>Check it with `saywrite models verify {model}` and download it again: `saywrite models download {model}`. What you dictate until then is recorded and becomes text when the model is there.</source>
        <translation>请用 `saywrite models verify {model}` 检查，并重新下载：`saywrite models download {model}`。在此之前所说的话会先录下来，模型就绪后写成文字。</translation>
    </message>
    <message>
        <source>Check its mute switch and its input level in the sound settings.</source>
        <translation>请在声音设置中检查其静音开关和输入电平。</translation>
    </message>
    <message>
        <source>Check its mute switch.</source>
        <translation>请检查其静音开关。</translation>
    </message>
    <message>
        <source>Check its name and folder.</source>
        <translation>请检查其名称和文件夹。</translation>
    </message>
    <message>
        <source>Check memory and disk, then download it again.</source>
        <translation>请检查内存和磁盘，然后重新下载。</translation>
    </message>
    <message>
        <source>Check that the Credential Manager service is running.</source>
        <translation>请检查 Credential Manager（凭据管理器）服务是否正在运行。</translation>
    </message>
    <message>
        <source>Check the addresses in {settings}.</source>
        <translation>请检查{settings}中的地址。</translation>
    </message>
    <message>
        <source>Check the addresses in {settings}; if they are right, do not use this network.</source>
        <translation>请检查{settings}中的地址；如果地址无误，请勿使用此网络。</translation>
    </message>
    <message>
        <source>Check the clock of this computer; in a company, ask for its certificate to be installed.</source>
        <translation>请检查这台电脑的时钟；如果是在公司，请让人安装公司的证书。</translation>
    </message>
    <message>
        <source>Check the computer's date and time; if they are right, ask whoever runs the service.</source>
        <translation>请检查电脑的日期和时间；如果无误，请咨询服务的管理者。</translation>
    </message>
    <message>
        <source>Check the disk and the permissions of this folder; nothing was changed.</source>
        <translation>请检查磁盘和此文件夹的权限；未更改任何内容。</translation>
    </message>
    <message>
        <source>Check the disk it is on.</source>
        <translation>请检查其所在的磁盘。</translation>
    </message>
    <message>
        <source>Check the disk that holds it; recordings are kept, and their text is made again where it is missing.</source>
        <translation>请检查其所在的磁盘；录音会保留，缺失的文本会重新生成。</translation>
    </message>
    <message>
        <source>Check the disk, or {elsewhere}.</source>
        <translation>请检查磁盘，或者：{elsewhere}。</translation>
    </message>
    <message>
        <source>Check the disk.</source>
        <translation>请检查磁盘。</translation>
    </message>
    <message>
        <source>Check the disk; the recording is kept.</source>
        <translation>请检查磁盘；录音会保留。</translation>
    </message>
    <message>
        <source>Check the file.</source>
        <translation>请检查文件。</translation>
    </message>
    <message>
        <source>Check the name and its permissions.</source>
        <translation>请检查名称及其权限。</translation>
    </message>
    <message>
        <source>Check the network and try again; --wait keeps trying, --engine local needs no network.</source>
        <translation>请检查网络并重试；--wait 会持续尝试，--engine local 无需网络。</translation>
    </message>
    <message>
        <source>Check the network, then try again.</source>
        <translation>请检查网络，然后重试。</translation>
    </message>
    <message>
        <source>Check the network.</source>
        <translation>请检查网络。</translation>
    </message>
    <message>
        <source>Check the proxy in the system's settings.</source>
        <translation>请检查系统设置中的代理。</translation>
    </message>
    <message>
        <source>Check the token address in {settings}, or ask who runs it.</source>
        <translation>请检查{settings}中的令牌地址，或咨询其管理者。</translation>
    </message>
    <message>
        <source>Check the workflow in {settings}.</source>
        <translation>请检查{settings}中的工作流。</translation>
    </message>
    <message>
        <source>Check the workflow, the language and the addresses in {settings}.</source>
        <translation>请检查{settings}中的工作流、语言和地址。</translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation>中文</translation>
    </message>
    <message>
        <source>Choose a &amp;key…</source>
        <translation>选择按键(&amp;K)…</translation>
    </message>
    <message>
        <source>Choose a CSV or JSON file.</source>
        <translation>请选择 CSV 或 JSON 文件。</translation>
    </message>
    <message>
        <source>Choose a file with a sound track.</source>
        <translation>请选择含有音轨的文件。</translation>
    </message>
    <message>
        <source>Choose a file with one spoken and one written form in each entry.</source>
        <translation>请选择每个条目都有一个读法和一个写法的文件。</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>选择文件夹</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>选择文件夹…</translation>
    </message>
    <message>
        <source>Choose a key first.</source>
        <translation>请先选择按键。</translation>
    </message>
    <message>
        <source>Choose a key in the settings.</source>
        <translation>请在设置中选择按键。</translation>
    </message>
    <message>
        <source>Choose a shorter name.</source>
        <translation>请选择更短的名称。</translation>
    </message>
    <message>
        <source>Choose aiOla as the recognizer.</source>
        <translation>请选择 aiOla 作为识别引擎。</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>请选择其他文件。</translation>
    </message>
    <message>
        <source>choose another folder</source>
        <translation>选择其他文件夹</translation>
    </message>
    <message>
        <source>Choose another key in the settings, or free it in the other program.</source>
        <translation>请在设置中选择其他按键，或在占用它的程序中释放该按键。</translation>
    </message>
    <message>
        <source>Choose another key in the settings.</source>
        <translation>请在设置中选择其他按键。</translation>
    </message>
    <message>
        <source>Choose another key, or free it in the other program.</source>
        <translation>请选择其他按键，或在占用它的程序中释放该按键。</translation>
    </message>
    <message>
        <source>Choose another microphone, or unplug it and plug it in again.</source>
        <translation>请选择其他麦克风，或拔下后重新插上。</translation>
    </message>
    <message>
        <source>Choose another microphone.</source>
        <translation>请选择其他麦克风。</translation>
    </message>
    <message>
        <source>Choose another microphone. {remedy}</source>
        <translation>请选择其他麦克风。{remedy}</translation>
    </message>
    <message>
        <source>Choose another name, or replace it.</source>
        <translation>请换一个名称，或替换它。</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>请选择其他名称。</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>请选择其他文件。</translation>
    </message>
    <message>
        <source>Choose one of the form {"spoken": "written"}, or a CSV file.</source>
        <translation>请选择形如 {"spoken": "written"} 的文件，或 CSV 文件。</translation>
    </message>
    <message>
        <source>Choose one of {codes}.</source>
        <translation>请从 {codes} 中选择一个。</translation>
    </message>
    <message>
        <source>Choose one of: {names}.</source>
        <translation>请选择以下之一：{names}。</translation>
    </message>
    <message>
        <source>Choose text, Markdown, JSON or CSV.</source>
        <translation>请选择文本、Markdown、JSON 或 CSV。</translation>
    </message>
    <message>
        <source>Choose the files themselves.</source>
        <translation>请选择文件本身。</translation>
    </message>
    <message>
        <source>Choose the folder that holds the models</source>
        <translation>选择存放模型的文件夹</translation>
    </message>
    <message>
        <source>Choose the key again in the settings.</source>
        <translation>请在设置中重新选择按键。</translation>
    </message>
    <message>
        <source>Choose the key again to be asked.</source>
        <translation>请重新选择按键，系统会再次询问。</translation>
    </message>
    <message>
        <source>Choose the microphone whose bar moves when you speak.</source>
        <translation>请选择说话时音量条会动的麦克风。</translation>
    </message>
    <message>
        <source>Choose the recognizer on this computer, or use --engine local.</source>
        <translation>请选择这台电脑上的识别引擎，或使用 --engine local。</translation>
    </message>
    <message>
        <source>Choose {chord}, or any key you like. Press it to start and again to stop.</source>
        <translation>请选择 {chord}，或任何喜欢的按键。按一下开始，再按一下停止。</translation>
    </message>
    <message>
        <source>Choose “Insert again” to replace it with the text.</source>
        <translation>请选择“重新插入”，用文本替换其内容。</translation>
    </message>
    <message>
        <source>Choose “Insert again”.</source>
        <translation>请选择“重新插入”。</translation>
    </message>
    <message>
        <source>Choose “{other}” as the recognizer, then {name}.</source>
        <translation>请选择“{other}”作为识别引擎，然后选择{name}。</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>Clear: {name}</source>
        <translation>清除：{name}</translation>
    </message>
    <message>
        <source>Click the tray icon, or start Saywrite again, to open the window.</source>
        <translation>点击托盘图标或再次启动 Saywrite 即可打开窗口。</translation>
    </message>
    <message>
        <source>Close find (Esc)</source>
        <translation>关闭查找栏 (Esc)</translation>
    </message>
    <message>
        <source>Close other programs and remove {folder}.</source>
        <translation>请关闭其他程序并移除 {folder}。</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model in Settings &gt; Recognition.</source>
        <translation>请关闭其他程序，或在“设置”&gt;“识别”中选择更小的模型。</translation>
    </message>
    <message>
        <source>Close other Saywrite windows and try again.</source>
        <translation>请关闭其他 Saywrite 窗口，然后重试。</translation>
    </message>
    <message>
        <source>Close other Saywrite windows; instead of a network drive use --data and a folder of this computer.</source>
        <translation>请关闭其他 Saywrite 窗口；请用 --data 指定这台电脑上的文件夹，而不要使用网络驱动器。</translation>
    </message>
    <message>
        <source>Close that program, then try again.</source>
        <translation>请关闭该程序，然后重试。</translation>
    </message>
    <message>
        <source>Close the other Saywrite and start this one again: it keeps what can be read and begins a new history.</source>
        <translation>请关闭另一个 Saywrite，再重新启动这一个：它会保留可以读取的内容，并开始新的历史记录。</translation>
    </message>
    <message>
        <source>Close the program that is using it, or choose another microphone.</source>
        <translation>请关闭正在使用它的程序，或选择其他麦克风。</translation>
    </message>
    <message>
        <source>closes a window</source>
        <translation>关闭窗口</translation>
    </message>
    <message>
        <source>Co&amp;py it</source>
        <translation>复制(&amp;P)</translation>
    </message>
    <message>
        <source>Collecting diagnostics…</source>
        <translation>正在收集诊断信息…</translation>
    </message>
    <message>
        <source>Commands from other programs are not taken: {data} cannot be written to.</source>
        <translation>不接受来自其他程序的命令：无法写入 {data}。</translation>
    </message>
    <message>
        <source>Comparing the files with their checksums…</source>
        <translation>正在用校验和核对文件…</translation>
    </message>
    <message>
        <source>Connect to the network and try again, or copy the model's files here and name their folder in Settings &gt; Recognition (on the command line: --from FOLDER).</source>
        <translation>请连接网络后重试，或将模型文件复制到这台电脑，并在“设置”&gt;“识别”中指定其文件夹（在命令行中：--from FOLDER）。</translation>
    </message>
    <message>
        <source>connected</source>
        <translation>已连接</translation>
    </message>
    <message>
        <source>Connected now: {names}.</source>
        <translation>当前已连接：{names}。</translation>
    </message>
    <message>
        <source>connected · {rtt_ms:.0f} ms</source>
        <translation>已连接 · {rtt_ms:.0f} ms</translation>
    </message>
    <message>
        <source>connecting…</source>
        <translation>正在连接…</translation>
    </message>
    <message>
        <source>connects when needed</source>
        <translation>需要时连接</translation>
    </message>
    <message>
        <source>Continue a sentence</source>
        <translation>接续句子</translation>
    </message>
    <message>
        <source>Convert it to WAV or FLAC, or split it.</source>
        <translation>请转换为 WAV 或 FLAC，或将其拆分。</translation>
    </message>
    <message>
        <source>Convert it to WAV, FLAC, OGG or MP3, for example: ffmpeg -i FILE sound.flac</source>
        <translation>请转换为 WAV、FLAC、OGG 或 MP3，例如：ffmpeg -i FILE sound.flac</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Copied all</source>
        <translation>已全部复制</translation>
    </message>
    <message>
        <source>Copied all with its translation</source>
        <translation>已连同译文全部复制</translation>
    </message>
    <message>
        <source>Copied the selection</source>
        <translation>已复制所选内容</translation>
    </message>
    <message>
        <source>copies</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy &amp;diagnostics</source>
        <translation>复制诊断信息(&amp;D)</translation>
    </message>
    <message>
        <source>Copy it again, it is one line; this system keeps {limit} characters at most.</source>
        <translation>请重新复制，它只有一行；此系统最多保存 {limit} 个字符。</translation>
    </message>
    <message>
        <source>Copy it again, whole, into {settings} or {key_variable}.</source>
        <translation>请重新完整复制到{settings}或 {key_variable}。</translation>
    </message>
    <message>
        <source>Copy it again, whole, into {settings}.</source>
        <translation>请重新完整复制到{settings}。</translation>
    </message>
    <message>
        <source>Copy t&amp;ranslation</source>
        <translation>复制译文(&amp;R)</translation>
    </message>
    <message>
        <source>Copy te&amp;xt</source>
        <translation>复制文本(&amp;X)</translation>
    </message>
    <message>
        <source>Copy the lines for the desktop's settings</source>
        <translation>复制用于桌面设置的内容</translation>
    </message>
    <message>
        <source>Copy the selected text, or all of it (Ctrl+Shift+C)</source>
        <translation>复制所选文本或全部文本 (Ctrl+Shift+C)</translation>
    </message>
    <message>
        <source>Copy them, then open the dictation again.</source>
        <translation>请复制这些更改，然后重新打开该听写。</translation>
    </message>
    <message>
        <source>Copy to the clipboard only</source>
        <translation>仅复制到剪贴板</translation>
    </message>
    <message>
        <source>Copy with tra&amp;nslation</source>
        <translation>连同译文复制(&amp;N)</translation>
    </message>
    <message>
        <source>Copying to the clipboard only</source>
        <translation>仅复制到剪贴板</translation>
    </message>
    <message>
        <source>Correct a misheard word in a text, and it is suggested here.</source>
        <translation>在文本中更正听错的词后，该词会作为建议出现在此处。</translation>
    </message>
    <message>
        <source>Correct it in the system's settings or in HTTPS_PROXY.</source>
        <translation>请在系统设置或 HTTPS_PROXY 中更正。</translation>
    </message>
    <message>
        <source>Correct or remove the environment variable {name}, then start Saywrite again.</source>
        <translation>请更正或删除环境变量 {name}，然后重新启动 Saywrite。</translation>
    </message>
    <message>
        <source>Correct or remove ~/.asoundrc, ~/.config/alsa/asoundrc and /etc/asound.conf, or install ALSA's configuration again (Debian, Ubuntu: libasound2-data; Fedora, Arch: alsa-lib).</source>
        <translation>请更正或删除 ~/.asoundrc、~/.config/alsa/asoundrc 和 /etc/asound.conf，或重新安装 ALSA 的配置（Debian、Ubuntu：libasound2-data；Fedora、Arch：alsa-lib）。</translation>
    </message>
    <message>
        <source>Correct the address in Settings &gt; Recognition.</source>
        <translation>请在“设置”&gt;“识别”中更正地址。</translation>
    </message>
    <message>
        <source>Correct the file before you edit keywords: saving keeps it under another name.</source>
        <translation>请先更正此文件，再编辑关键词：保存时，此文件会以另一个名称保留。</translation>
    </message>
    <message>
        <source>Create the folder again, or {elsewhere}.</source>
        <translation>请重新创建该文件夹，或者：{elsewhere}。</translation>
    </message>
    <message>
        <source>CSV table</source>
        <translation>CSV 表格</translation>
    </message>
    <message>
        <source>CSV table (*.csv)</source>
        <translation>CSV 表格 (*.csv)</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>剪切(&amp;T)</translation>
    </message>
    <message>
        <source>cuts</source>
        <translation>剪切</translation>
    </message>
    <message>
        <source>Damaged: its files are incomplete or were changed</source>
        <translation>已损坏：文件不完整或被更改</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>dark mode colors</source>
        <translation>深色模式 暗色模式 夜间模式 浅色模式 颜色 配色 主题</translation>
    </message>
    <message>
        <source>debug diagnostics</source>
        <translation>调试 诊断 排错</translation>
    </message>
    <message>
        <source>Default: {default}</source>
        <translation>默认：{default}</translation>
    </message>
    <message>
        <source>Default: {label}</source>
        <translation>默认：{label}</translation>
    </message>
    <message>
        <source>Delete all &amp;remembered corrections</source>
        <translation>删除所有已记住的更正(&amp;R)</translation>
    </message>
    <message>
        <source>Detai&amp;ls…</source>
        <translation>详细信息(&amp;L)…</translation>
    </message>
    <message>
        <source>Details are kept with its text there.</source>
        <translation>详细信息与其文本保存在那里。</translation>
    </message>
    <message>
        <source>Details of the dictation</source>
        <translation>听写的详细信息</translation>
    </message>
    <message>
        <source>Details of this &amp;dictation…</source>
        <translation>此次听写的详细信息(&amp;D)…</translation>
    </message>
    <message>
        <source>Diagnostics copied: no text, audio or key is in them</source>
        <translation>诊断信息已复制：其中不含文本、音频或密钥</translation>
    </message>
    <message>
        <source>Dictate</source>
        <translation>听写</translation>
    </message>
    <message>
        <source>Dictate (second key)</source>
        <translation>听写（第二按键）</translation>
    </message>
    <message>
        <source>Dictate in {language}</source>
        <translation>听写（{language}）</translation>
    </message>
    <message>
        <source>Dictate into the program in front</source>
        <translation>向前台程序听写</translation>
    </message>
    <message>
        <source>Dictate something first.</source>
        <translation>请先听写一些内容。</translation>
    </message>
    <message>
        <source>Dictate something; recordings are kept for as long as Settings &gt; Files and privacy says.</source>
        <translation>请听写一些内容；录音按“设置”&gt;“文件与隐私”中设定的时间保留。</translation>
    </message>
    <message>
        <source>Dictate with the second key</source>
        <translation>用第二按键听写</translation>
    </message>
    <message>
        <source>Dictate with {recognizer}</source>
        <translation>听写（{recognizer}）</translation>
    </message>
    <message>
        <source>dictating</source>
        <translation>听写</translation>
    </message>
    <message>
        <source>Dictation</source>
        <translation>听写</translation>
    </message>
    <message>
        <source>Dictation failed, start again</source>
        <translation>听写失败，请重新开始</translation>
    </message>
    <message>
        <source>Dictation {date}</source>
        <translation>听写 {date}</translation>
    </message>
    <message>
        <source>Dictations</source>
        <translation>听写</translation>
    </message>
    <message>
        <source>Differences: {words}. They are marked. The dictation keeps its text.</source>
        <translation>差异：{words}。已标出。听写的文本保持不变。</translation>
    </message>
    <message>
        <source>Discard recording</source>
        <translation>丢弃录音</translation>
    </message>
    <message>
        <source>Discard this recording for good? Its words cannot be brought back.</source>
        <translation>要永久丢弃此录音吗？其中的内容将无法恢复。</translation>
    </message>
    <message>
        <source>Discard…</source>
        <translation>丢弃…</translation>
    </message>
    <message>
        <source>Disconnect at once</source>
        <translation>立即断开</translation>
    </message>
    <message>
        <source>Dismiss this message</source>
        <translation>关闭此消息</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Download ({size})</source>
        <translation>下载 ({size})</translation>
    </message>
    <message>
        <source>Download again</source>
        <translation>重新下载</translation>
    </message>
    <message>
        <source>Download it again: saywrite models download {model}</source>
        <translation>请重新下载：saywrite models download {model}</translation>
    </message>
    <message>
        <source>Download it in Settings &gt; Recognition all the same, or use another network.</source>
        <translation>如仍要下载，请在“设置”&gt;“识别”中进行，或使用其他网络。</translation>
    </message>
    <message>
        <source>Download it in Settings &gt; Recognition, or with `saywrite models download {model}`. What you dictate until then is recorded and becomes text when the model is there.</source>
        <translation>请在“设置”&gt;“识别”中下载，或使用 `saywrite models download {model}`。在此之前所说的话会先录下来，模型就绪后写成文字。</translation>
    </message>
    <message>
        <source>Download it: saywrite models download {model}</source>
        <translation>请下载：saywrite models download {model}</translation>
    </message>
    <message>
        <source>Download models from</source>
        <translation>模型下载来源</translation>
    </message>
    <message>
        <source>Download of the model</source>
        <translation>模型下载</translation>
    </message>
    <message>
        <source>Download one in Settings → Recognition; then Saywrite waits for the phrase by itself.</source>
        <translation>请在“设置”→“识别”中下载一个；之后 Saywrite 会自动等待口令。</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>正在下载</translation>
    </message>
    <message>
        <source>downloading</source>
        <translation>正在下载</translation>
    </message>
    <message>
        <source>downloading {share} %</source>
        <translation>正在下载 {share}%</translation>
    </message>
    <message>
        <source>Drop sound files, videos or folders here, or choose them. They are transcribed one after the other.</source>
        <translation>将声音文件、视频或文件夹拖放到此处，或进行选择。文件会逐个转写。</translation>
    </message>
    <message>
        <source>Each sentence is a line</source>
        <translation>每句一行</translation>
    </message>
    <message>
        <source>Ed&amp;it</source>
        <translation>编辑(&amp;I)</translation>
    </message>
    <message>
        <source>Edit it, or move it to another place.</source>
        <translation>请进行编辑，或将其移动到其他位置。</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>空</translation>
    </message>
    <message>
        <source>End after a silence of</source>
        <translation>静音多久后结束</translation>
    </message>
    <message>
        <source>End it first, or use --data.</source>
        <translation>请先结束它，或使用 --data。</translation>
    </message>
    <message>
        <source>End it first.</source>
        <translation>请先结束它。</translation>
    </message>
    <message>
        <source>End with one of {suffixes}.</source>
        <translation>结尾须为以下之一：{suffixes}。</translation>
    </message>
    <message>
        <source>ends the display</source>
        <translation>结束显示</translation>
    </message>
    <message>
        <source>ends the session</source>
        <translation>结束会话</translation>
    </message>
    <message>
        <source>engine whisper aiola cloud offline</source>
        <translation>引擎 语音识别 whisper aiola 云 离线</translation>
    </message>
    <message>
        <source>English</source>
        <translation>英语</translation>
    </message>
    <message>
        <source>Enter an address like https://apis.aiola.ai in the settings.</source>
        <translation>请在设置中填写类似 https://apis.aiola.ai 的地址。</translation>
    </message>
    <message>
        <source>error</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>Escape cancels a dictation.</source>
        <translation>Esc 键用于取消听写。</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Export as</source>
        <translation>导出为</translation>
    </message>
    <message>
        <source>Export into</source>
        <translation>导出到</translation>
    </message>
    <message>
        <source>Export its text instead.</source>
        <translation>请改为导出其文本。</translation>
    </message>
    <message>
        <source>Export keywords</source>
        <translation>导出关键词</translation>
    </message>
    <message>
        <source>Export keywords to a CSV or JSON file</source>
        <translation>将关键词导出为 CSV 或 JSON 文件</translation>
    </message>
    <message>
        <source>export the text from the history</source>
        <translation>从历史记录导出文字</translation>
    </message>
    <message>
        <source>Export the transcript</source>
        <translation>导出转写文本</translation>
    </message>
    <message>
        <source>Export where my speech went</source>
        <translation>导出语音去向</translation>
    </message>
    <message numerus="yes">
        <source>Export {n} dictations into a folder</source>
        <extracomment>Singular: Export {n} dictation into a folder</extracomment>
        <translation>
            <numerusform>将 {n} 次听写导出到文件夹</numerusform>
        </translation>
    </message>
    <message>
        <source>Exported to {name}</source>
        <translation>已导出到 {name}</translation>
    </message>
    <message>
        <source>Exported: {written:,} of {wanted:,}. This dictation and those below it in the list were not exported.</source>
        <translation>已导出 {written:,}/{wanted:,}。此条听写及列表中其下方的听写未导出。</translation>
    </message>
    <message>
        <source>Failures only</source>
        <translation>仅失败</translation>
    </message>
    <message>
        <source>Fewer errors, above all outside English; about four times the processor time of base.</source>
        <translation>错误更少，英语以外的语言尤其明显；处理器时间约为 base 的四倍。</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Files and privacy</source>
        <translation>文件与隐私</translation>
    </message>
    <message>
        <source>Files to t&amp;ranscribe…</source>
        <translation>待转写的文件(&amp;R)…</translation>
    </message>
    <message>
        <source>Files – Saywrite</source>
        <translation>文件 – Saywrite</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Filter keywords</source>
        <translation>筛选关键词</translation>
    </message>
    <message>
        <source>Find in the transcript</source>
        <translation>在转写文本中查找</translation>
    </message>
    <message>
        <source>Finished sentences</source>
        <translation>完成的句子</translation>
    </message>
    <message>
        <source>Finishing</source>
        <translation>正在收尾</translation>
    </message>
    <message>
        <source>finishing</source>
        <translation>正在收尾</translation>
    </message>
    <message>
        <source>Finishing the last words</source>
        <translation>正在完成最后的内容</translation>
    </message>
    <message>
        <source>Finishing…</source>
        <translation>正在收尾…</translation>
    </message>
    <message>
        <source>First sound to first words</source>
        <translation>从最初的声音到最初的文字</translation>
    </message>
    <message>
        <source>For another language or another recognizer.</source>
        <translation>用于其他语言或其他识别引擎。</translation>
    </message>
    <message>
        <source>For example: xterm = type, emacs = shift+insert. Other rules: ctrl+v, ctrl+shift+v, clipboard.</source>
        <translation>例如：xterm = type, emacs = shift+insert。其他规则：ctrl+v, ctrl+shift+v, clipboard。</translation>
    </message>
    <message>
        <source>forces a program to quit</source>
        <translation>强制退出程序</translation>
    </message>
    <message>
        <source>Free memory after</source>
        <translation>空闲多久后释放内存</translation>
    </message>
    <message>
        <source>Free some space on the disk that holds {place}.</source>
        <translation>请在 {place} 所在的磁盘上腾出一些空间。</translation>
    </message>
    <message>
        <source>Free some space on the disk.</source>
        <translation>请在磁盘上腾出一些空间。</translation>
    </message>
    <message>
        <source>Free some space on this disk, then download the model again: it goes on where it was.</source>
        <translation>请在此磁盘上腾出一些空间，然后重新下载模型：会从中断处继续。</translation>
    </message>
    <message>
        <source>Free some space, then stop the dictation.</source>
        <translation>请腾出一些空间，然后停止听写。</translation>
    </message>
    <message>
        <source>French</source>
        <translation>法语</translation>
    </message>
    <message>
        <source>GB</source>
        <translation>GB</translation>
    </message>
    <message>
        <source>German</source>
        <translation>德语</translation>
    </message>
    <message>
        <source>Give your user write permission for this folder, or {elsewhere}.</source>
        <translation>请为自己的用户授予此文件夹的写入权限，或者：{elsewhere}。</translation>
    </message>
    <message>
        <source>Go back to the window where you started</source>
        <translation>请返回开始时的窗口</translation>
    </message>
    <message>
        <source>Go to the end of the transcript (Ctrl+End)</source>
        <translation>转到转写文本末尾 (Ctrl+End)</translation>
    </message>
    <message>
        <source>goes back in browsers and file managers</source>
        <translation>在浏览器和文件管理器中后退</translation>
    </message>
    <message>
        <source>goes forward in browsers and file managers</source>
        <translation>在浏览器和文件管理器中前进</translation>
    </message>
    <message>
        <source>Good everyday dictation on any computer.</source>
        <translation>在任何电脑上都适合日常听写。</translation>
    </message>
    <message>
        <source>Good: Saywrite hears you.</source>
        <translation>很好：Saywrite 能听到声音。</translation>
    </message>
    <message>
        <source>Hands-free</source>
        <translation>免提</translation>
    </message>
    <message>
        <source>Hands-free from the start</source>
        <translation>启动时即开启免提</translation>
    </message>
    <message>
        <source>Hands-free key</source>
        <translation>免提按键</translation>
    </message>
    <message>
        <source>Hands-free mode on and off</source>
        <translation>开启和关闭免提模式</translation>
    </message>
    <message>
        <source>hands-free voice stop listening</source>
        <translation>免提 声音 停止 聆听 静音 停顿</translation>
    </message>
    <message>
        <source>Hands-free: cannot listen</source>
        <translation>免提：无法聆听</translation>
    </message>
    <message>
        <source>Hands-free: paused</source>
        <translation>免提：已暂停</translation>
    </message>
    <message>
        <source>Hands-free: say “{phrase}”</source>
        <translation>免提：请说“{phrase}”</translation>
    </message>
    <message>
        <source>Hands-free: “{phrase}” ends the dictation</source>
        <translation>免提：说“{phrase}”结束听写</translation>
    </message>
    <message>
        <source>Hear from here</source>
        <translation>从此处播放</translation>
    </message>
    <message>
        <source>heard 00:00 · sent 00:00 · text 00:00</source>
        <translation>录音 00:00 · 已发送 00:00 · 文本 00:00</translation>
    </message>
    <message>
        <source>heard 00:00 · text 00:00</source>
        <translation>录音 00:00 · 文本 00:00</translation>
    </message>
    <message>
        <source>heard {heard}</source>
        <translation>录音 {heard}</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>隐藏</translation>
    </message>
    <message>
        <source>Hide the unfinished dictations</source>
        <translation>隐藏未完成的听写</translation>
    </message>
    <message>
        <source>hides a program</source>
        <translation>隐藏程序</translation>
    </message>
    <message>
        <source>History – Saywrite</source>
        <translation>历史记录 – Saywrite</translation>
    </message>
    <message>
        <source>Hits</source>
        <translation>匹配</translation>
    </message>
    <message>
        <source>Hits of the selected keyword</source>
        <translation>所选关键词的匹配</translation>
    </message>
    <message>
        <source>Hits: not tried</source>
        <translation>匹配：未试用</translation>
    </message>
    <message>
        <source>Hits: {hits}</source>
        <translation>匹配：{hits}</translation>
    </message>
    <message>
        <source>Hold a key, speak, let go</source>
        <translation>按住按键，说话，松开</translation>
    </message>
    <message>
        <source>Hold the key</source>
        <translation>按住按键</translation>
    </message>
    <message>
        <source>Hold to talk</source>
        <translation>按住说话</translation>
    </message>
    <message>
        <source>Hold to talk, or tap to start and stop</source>
        <translation>按住说话，或按一下开始、再按一下停止</translation>
    </message>
    <message>
        <source>Hold {hotkey}, say any sentence, and let go.</source>
        <translation>按住 {hotkey}，随便说一句话，然后松开。</translation>
    </message>
    <message>
        <source>Hold {hotkey}, say “one, two, three”, and let go:</source>
        <translation>按住 {hotkey}，说“一、二、三”，然后松开：</translation>
    </message>
    <message>
        <source>Hold {key} in any program</source>
        <translation>在任何程序中按住 {key}</translation>
    </message>
    <message>
        <source>How much was recorded, and up to where it has become text</source>
        <translation>已录音的长度，以及已转为文本的位置</translation>
    </message>
    <message>
        <source>How the text gets into other programs.</source>
        <translation>文本进入其他程序的方式。</translation>
    </message>
    <message>
        <source>I &amp;speak</source>
        <translation>所说的语言(&amp;S)</translation>
    </message>
    <message>
        <source>If it is not there, choose “Insert again”.</source>
        <translation>如果文本没有出现，请选择“重新插入”。</translation>
    </message>
    <message>
        <source>If more is expected, copy the file again.</source>
        <translation>如果应有更多内容，请重新复制该文件。</translation>
    </message>
    <message>
        <source>If the window changed</source>
        <translation>切换窗口后</translation>
    </message>
    <message>
        <source>If these are missed, copy the file again.</source>
        <translation>如果需要这些部分，请重新复制该文件。</translation>
    </message>
    <message>
        <source>If this is off, each sentence appears when it ends, and recognition needs a tenth of the processor time.</source>
        <translation>关闭后，每个句子在说完时才出现，识别所需的处理器时间为十分之一。</translation>
    </message>
    <message>
        <source>If this is on, what you correct in a text is remembered on this computer, as long as its dictation is in the history.</source>
        <translation>开启后，只要听写仍在历史记录中，文本中所做的更正就会记在这台电脑上。</translation>
    </message>
    <message>
        <source>If you say “comma”, a comma is written.</source>
        <translation>说“逗号”时，会写出逗号。</translation>
    </message>
    <message>
        <source>If your company inspects traffic, have its certificate installed in the system; otherwise do not use this network.</source>
        <translation>如果公司检查网络流量，请将公司的证书安装到系统中；否则请勿使用此网络。</translation>
    </message>
    <message>
        <source>Import keywords</source>
        <translation>导入关键词</translation>
    </message>
    <message>
        <source>Import keywords from a CSV or JSON file</source>
        <translation>从 CSV 或 JSON 文件导入关键词</translation>
    </message>
    <message>
        <source>In every program</source>
        <translation>在所有程序中</translation>
    </message>
    <message>
        <source>In Settings → Privacy &amp; security → Microphone, switch on “Let desktop apps access your microphone”.</source>
        <translation>请在“设置”→“隐私和安全性”→“麦克风”中打开“让桌面应用访问你的麦克风”。</translation>
    </message>
    <message>
        <source>In the desktop's keyboard settings, bind a key to each command shown in Saywrite's settings.</source>
        <translation>请在桌面的键盘设置中，为 Saywrite 设置中显示的每条命令绑定一个按键。</translation>
    </message>
    <message>
        <source>In the desktop's keyboard settings, bind this command to a key</source>
        <translation>在桌面的键盘设置中，将此命令绑定到一个按键</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>正在使用</translation>
    </message>
    <message numerus="yes">
        <source>in {n:,} places</source>
        <extracomment>Singular: in {n:,} place</extracomment>
        <translation>
            <numerusform>（{n:,} 处）</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>in {n} places</source>
        <extracomment>Singular: in {n} place</extracomment>
        <translation>
            <numerusform>{n} 处</numerusform>
        </translation>
    </message>
    <message>
        <source>info</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>input device headset</source>
        <translation>输入设备 耳机 耳麦 话筒</translation>
    </message>
    <message>
        <source>Insert adds a keyword, F2 edits, Delete removes.</source>
        <translation>Insert 添加关键词，F2 编辑，Delete 移除。</translation>
    </message>
    <message>
        <source>Insert into the window in front</source>
        <translation>插入到前台窗口</translation>
    </message>
    <message>
        <source>Insert text by</source>
        <translation>文本插入方式</translation>
    </message>
    <message>
        <source>Insert the last text &amp;again</source>
        <translation>重新插入上一段文本(&amp;A)</translation>
    </message>
    <message>
        <source>Inserted into {program}</source>
        <translation>已插入到 {program}</translation>
    </message>
    <message>
        <source>Insertion</source>
        <translation>插入</translation>
    </message>
    <message>
        <source>Install a newer Saywrite.</source>
        <translation>请安装更新版本的 Saywrite。</translation>
    </message>
    <message>
        <source>Install and start a Secret Service, such as gnome-keyring or KWallet.</source>
        <translation>请安装并启动 Secret Service，例如 gnome-keyring 或 KWallet。</translation>
    </message>
    <message>
        <source>Install it (Debian, Ubuntu: libportaudio2; Fedora, Arch: portaudio) and start Saywrite again.</source>
        <translation>请安装它（Debian、Ubuntu：libportaudio2；Fedora、Arch：portaudio），然后重新启动 Saywrite。</translation>
    </message>
    <message>
        <source>Install it (Debian, Ubuntu: libpulse0).</source>
        <translation>请安装它（Debian、Ubuntu：libpulse0）。</translation>
    </message>
    <message>
        <source>Install it with “brew install portaudio” and start Saywrite again.</source>
        <translation>请用“brew install portaudio”安装，然后重新启动 Saywrite。</translation>
    </message>
    <message>
        <source>Install its bridge (Debian, Ubuntu: libasound2-plugins; Fedora: alsa-plugins-pulseaudio).</source>
        <translation>请安装其桥接组件（Debian、Ubuntu：libasound2-plugins；Fedora：alsa-plugins-pulseaudio）。</translation>
    </message>
    <message>
        <source>Install Saywrite again (“pip install ctranslate2”), or choose aiOla as the recognizer.</source>
        <translation>请重新安装 Saywrite（“pip install ctranslate2”），或选择 aiOla 作为识别引擎。</translation>
    </message>
    <message>
        <source>Install Saywrite again.</source>
        <translation>请重新安装 Saywrite。</translation>
    </message>
    <message>
        <source>Install Saywrite again: its package “sounddevice” brings the library along.</source>
        <translation>请重新安装 Saywrite：其软件包“sounddevice”包含该库。</translation>
    </message>
    <message>
        <source>is Windows' own dictation</source>
        <translation>Windows 自带的听写</translation>
    </message>
    <message>
        <source>it answers with a web page</source>
        <translation>返回的是网页</translation>
    </message>
    <message>
        <source>it answers with an error (HTTP {status})</source>
        <translation>返回错误（HTTP {status}）</translation>
    </message>
    <message>
        <source>it answers with something else than asked for</source>
        <translation>返回的不是所请求的内容</translation>
    </message>
    <message>
        <source>it cannot be reached</source>
        <translation>无法连接</translation>
    </message>
    <message>
        <source>it cannot prove that it is the right server</source>
        <translation>无法证明它是正确的服务器</translation>
    </message>
    <message>
        <source>it does not answer</source>
        <translation>没有响应</translation>
    </message>
    <message>
        <source>it does not have the file</source>
        <translation>没有该文件</translation>
    </message>
    <message>
        <source>It goes on in {wait}.</source>
        <translation>将在 {wait} 后继续。</translation>
    </message>
    <message>
        <source>it has another file under this name</source>
        <translation>该名称对应的是另一个文件</translation>
    </message>
    <message>
        <source>it has no {file}</source>
        <translation>没有 {file}</translation>
    </message>
    <message>
        <source>it holds a broken character.</source>
        <translation>含有损坏的字符。</translation>
    </message>
    <message>
        <source>It holds no words, nothing was saved.</source>
        <translation>其中没有文字，未保存任何内容。</translation>
    </message>
    <message>
        <source>It is downloaded again.</source>
        <translation>将重新下载。</translation>
    </message>
    <message>
        <source>It is in the history and can be copied from there.</source>
        <translation>文本在历史记录中，可以从那里复制。</translation>
    </message>
    <message>
        <source>It is made again by itself.</source>
        <translation>会自动重新连接。</translation>
    </message>
    <message>
        <source>It is removed when Saywrite is uninstalled.</source>
        <translation>卸载 Saywrite 时会一并移除。</translation>
    </message>
    <message>
        <source>It is tried again when the network changes.</source>
        <translation>网络变化时将再次尝试。</translation>
    </message>
    <message>
        <source>It is tried again; check the addresses in {settings}.</source>
        <translation>将再次尝试；请检查{settings}中的地址。</translation>
    </message>
    <message>
        <source>It is tried again; check the network and the addresses in {settings}.</source>
        <translation>将再次尝试；请检查网络和{settings}中的地址。</translation>
    </message>
    <message>
        <source>It is tried again; check the network connection.</source>
        <translation>将再次尝试；请检查网络连接。</translation>
    </message>
    <message>
        <source>It is tried again; check the proxy in the system's settings.</source>
        <translation>将再次尝试；请检查系统设置中的代理。</translation>
    </message>
    <message>
        <source>It is tried again; end those on other computers or in other programs.</source>
        <translation>将再次尝试；请结束其他电脑或其他程序中的听写。</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, ask aiOla.</source>
        <translation>将再次尝试；如果问题持续，请咨询 aiOla。</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, ask whoever runs your network to let WebSockets pass.</source>
        <translation>将再次尝试；如果问题持续，请让网络的管理者允许 WebSocket 通过。</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, check the addresses in {settings}.</source>
        <translation>将再次尝试；如果问题持续，请检查{settings}中的地址。</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, the log tells more.</source>
        <translation>将再次尝试；如果问题持续，日志中有更多信息。</translation>
    </message>
    <message>
        <source>It may have been removed; nothing was changed.</source>
        <translation>它可能已被移除；未更改任何内容。</translation>
    </message>
    <message>
        <source>it points to an address that is not secure</source>
        <translation>指向不安全的地址</translation>
    </message>
    <message>
        <source>it redirects without end</source>
        <translation>无休止地重定向</translation>
    </message>
    <message>
        <source>it refuses access (HTTP {status})</source>
        <translation>拒绝访问（HTTP {status}）</translation>
    </message>
    <message>
        <source>it sends another part of the file than asked for</source>
        <translation>发送的不是所请求的文件部分</translation>
    </message>
    <message>
        <source>it sends more bytes than the file has</source>
        <translation>发送的字节数超过文件大小</translation>
    </message>
    <message>
        <source>it sends other bytes than the published ones</source>
        <translation>发送的字节与发布的不同</translation>
    </message>
    <message>
        <source>It was kept as {name} beside it; the defaults are used.</source>
        <translation>该文件已在原处保留为 {name}；将使用默认值。</translation>
    </message>
    <message>
        <source>It was left as it is; the defaults are used. Repair or move it.</source>
        <translation>该文件已保持原样；将使用默认值。请修复或移动它。</translation>
    </message>
    <message>
        <source>It works in every program.</source>
        <translation>在所有程序中都有效。</translation>
    </message>
    <message>
        <source>Italian</source>
        <translation>意大利语</translation>
    </message>
    <message>
        <source>its address cannot be read</source>
        <translation>无法识别其地址</translation>
    </message>
    <message>
        <source>its packages do not hold the model</source>
        <translation>其软件包中没有该模型</translation>
    </message>
    <message>
        <source>Its page says what is new, and how to install it.</source>
        <translation>其页面说明了新功能和安装方法。</translation>
    </message>
    <message>
        <source>Its recording is kept for a few seconds.</source>
        <translation>录音会保留几秒钟。</translation>
    </message>
    <message>
        <source>Its recording is kept for a few seconds. The menu of this icon offers to undo it.</source>
        <translation>录音会保留几秒钟。可通过此图标的菜单撤销。</translation>
    </message>
    <message>
        <source>Its text could not be written to the history.</source>
        <translation>其文本无法写入历史记录。</translation>
    </message>
    <message>
        <source>Its text is unchanged.</source>
        <translation>其文本保持不变。</translation>
    </message>
    <message>
        <source>Japanese</source>
        <translation>日语</translation>
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
        <translation>按键(&amp;Y)</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Keep line breaks</source>
        <translation>保留换行</translation>
    </message>
    <message>
        <source>Keep recordings</source>
        <translation>录音保留时间</translation>
    </message>
    <message>
        <source>Keep running when closed</source>
        <translation>关闭窗口后继续运行</translation>
    </message>
    <message>
        <source>Keep Saywrite open; close what else keeps the disk busy.</source>
        <translation>请保持 Saywrite 打开，并关闭占用磁盘的其他程序。</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>Key to first sound</source>
        <translation>从按键到最初的声音</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>Keys are kept in {name}.</source>
        <translation>密钥保存在 {name} 中。</translation>
    </message>
    <message>
        <source>Keyword lab</source>
        <translation>关键词试验</translation>
    </message>
    <message>
        <source>Keywords</source>
        <translation>关键词</translation>
    </message>
    <message>
        <source>Keywords (*.csv *.json *.txt)</source>
        <translation>关键词 (*.csv *.json *.txt)</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Language of the program</source>
        <translation>程序的语言</translation>
    </message>
    <message>
        <source>Language of the second key</source>
        <translation>第二按键的语言</translation>
    </message>
    <message>
        <source>Leave it empty for the folder that you used last.</source>
        <translation>留空则使用上次的文件夹。</translation>
    </message>
    <message>
        <source>Left and right walk through them.</source>
        <translation>用左右方向键逐个查看。</translation>
    </message>
    <message>
        <source>Left {key}</source>
        <translation>左 {key}</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>时长</translation>
    </message>
    <message>
        <source>Length of the recording</source>
        <translation>录音时长</translation>
    </message>
    <message>
        <source>Less</source>
        <translation>减少</translation>
    </message>
    <message>
        <source>Let go of all keys and try again.</source>
        <translation>请松开所有按键，然后重试。</translation>
    </message>
    <message>
        <source>libpulse-simple is missing.</source>
        <translation>缺少 libpulse-simple。</translation>
    </message>
    <message>
        <source>libraries that PyAV's wheels carry</source>
        <translation>PyAV 的 wheel 包所含的库</translation>
    </message>
    <message>
        <source>Licenses</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Line breaks in terminals</source>
        <translation>终端中的换行</translation>
    </message>
    <message>
        <source>Line {line}: {what}</source>
        <translation>第 {line} 行：{what}</translation>
    </message>
    <message>
        <source>Lines that were not imported</source>
        <translation>未导入的行</translation>
    </message>
    <message>
        <source>Listen</source>
        <translation>试听</translation>
    </message>
    <message>
        <source>Listen before the key press</source>
        <translation>按键之前开始聆听</translation>
    </message>
    <message>
        <source>Listen to the sounds</source>
        <translation>试听提示音</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>正在聆听</translation>
    </message>
    <message>
        <source>listening</source>
        <translation>正在聆听</translation>
    </message>
    <message>
        <source>Listening. Speak now.</source>
        <translation>正在聆听。请说话。</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>正在聆听…</translation>
    </message>
    <message>
        <source>loading…</source>
        <translation>正在加载…</translation>
    </message>
    <message>
        <source>loads when needed</source>
        <translation>需要时加载</translation>
    </message>
    <message>
        <source>locks the screen</source>
        <translation>锁定屏幕</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Log out and in again, then try again.</source>
        <translation>请注销并重新登录，然后重试。</translation>
    </message>
    <message>
        <source>Longest dictation</source>
        <translation>听写的最长时间</translation>
    </message>
    <message>
        <source>Longest sentence</source>
        <translation>句子的最长时间</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>正在查找模型…</translation>
    </message>
    <message>
        <source>Looking for updates…</source>
        <translation>正在检查更新…</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在查找…</translation>
    </message>
    <message>
        <source>macOS does not give {chord} to programs ({code}).</source>
        <translation>macOS 不向程序提供 {chord}（{code}）。</translation>
    </message>
    <message>
        <source>macOS does not let Saywrite insert text yet. The text is on the clipboard.</source>
        <translation>macOS 尚未允许 Saywrite 插入文本。文本在剪贴板上。</translation>
    </message>
    <message>
        <source>macOS does not report {chord} to other programs.</source>
        <translation>macOS 不会将 {chord} 告知其他程序。</translation>
    </message>
    <message>
        <source>Make it writable for your user, then try again.</source>
        <translation>请让自己的用户可以写入，然后重试。</translation>
    </message>
    <message>
        <source>Make it writable, or {elsewhere}.</source>
        <translation>请设为可写，或者：{elsewhere}。</translation>
    </message>
    <message>
        <source>Make the file readable for your user and start Saywrite again.</source>
        <translation>请让自己的用户可以读取该文件，然后重新启动 Saywrite。</translation>
    </message>
    <message>
        <source>Make the file readable for your user.</source>
        <translation>请让自己的用户可以读取该文件。</translation>
    </message>
    <message>
        <source>Make the folder {parent} writable for your user, or start with --data and another folder.</source>
        <translation>请让自己的用户可以写入文件夹 {parent}，或用 --data 指定其他文件夹启动。</translation>
    </message>
    <message>
        <source>Mark words heard differently</source>
        <translation>标记识别结果不同的词</translation>
    </message>
    <message>
        <source>Markdown</source>
        <translation>Markdown</translation>
    </message>
    <message>
        <source>Match &amp;case</source>
        <translation>区分大小写(&amp;C)</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>MB</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>麦克风</translation>
    </message>
    <message>
        <source>Microphone level</source>
        <translation>麦克风电平</translation>
    </message>
    <message>
        <source>Microphone level: {value}</source>
        <translation>麦克风电平：{value}</translation>
    </message>
    <message>
        <source>milliseconds</source>
        <translation>毫秒</translation>
    </message>
    <message>
        <source>minus {number}</source>
        <translation>负{number}</translation>
    </message>
    <message>
        <source>mirror offline</source>
        <translation>镜像 离线</translation>
    </message>
    <message>
        <source>Missing sound</source>
        <translation>缺失的声音</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>model damaged</source>
        <translation>模型已损坏</translation>
    </message>
    <message>
        <source>Models come over https only, so that nobody can change them on the way. Write https:// before the host.</source>
        <translation>模型仅通过 https 获取，以防在传输途中被更改。请在主机名前写上 https://。</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>模型…</translation>
    </message>
    <message>
        <source>Month</source>
        <translation>月份</translation>
    </message>
    <message>
        <source>Motion</source>
        <translation>动态效果</translation>
    </message>
    <message>
        <source>Mouse {number}</source>
        <translation>鼠标按键 {number}</translation>
    </message>
    <message>
        <source>Move away a little, or lower the input level in the sound settings of this computer.</source>
        <translation>请稍微离远一些，或在这台电脑的声音设置中降低输入电平。</translation>
    </message>
    <message>
        <source>Move it to another place, or start with --data and another folder.</source>
        <translation>请将其移动到其他位置，或用 --data 指定其他文件夹启动。</translation>
    </message>
    <message>
        <source>Moved to {label} in the sound settings.</source>
        <translation>已在声音设置中切换到 {label}。</translation>
    </message>
    <message>
        <source>must be a whole number</source>
        <translation>必须是整数</translation>
    </message>
    <message>
        <source>must be between {minimum} and {maximum}</source>
        <translation>必须在 {minimum} 与 {maximum} 之间</translation>
    </message>
    <message>
        <source>must be one of {names}</source>
        <translation>必须是以下之一：{names}</translation>
    </message>
    <message>
        <source>must be text in quotes</source>
        <translation>必须是带引号的文本</translation>
    </message>
    <message>
        <source>must be text of at most {limit} characters</source>
        <translation>必须是不超过 {limit} 个字符的文本</translation>
    </message>
    <message>
        <source>must be true or false</source>
        <translation>必须是 true 或 false</translation>
    </message>
    <message>
        <source>Name of the saved text</source>
        <translation>所保存文本的名称</translation>
    </message>
    <message>
        <source>Name the sound files in it.</source>
        <translation>请指定其中的声音文件。</translation>
    </message>
    <message>
        <source>Native libraries and tables</source>
        <translation>本机库和数据表</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>从不</translation>
    </message>
    <message>
        <source>New paragraph after a pause of</source>
        <translation>停顿多久后另起一段</translation>
    </message>
    <message>
        <source>New text</source>
        <translation>新文本</translation>
    </message>
    <message>
        <source>New text: go to the end of the transcript</source>
        <translation>新文本：转到转写文本末尾</translation>
    </message>
    <message>
        <source>Next (F3)</source>
        <translation>下一个 (F3)</translation>
    </message>
    <message>
        <source>No dictations yet. What you dictate is kept here.</source>
        <translation>还没有听写。听写的内容会保存在这里。</translation>
    </message>
    <message>
        <source>No files</source>
        <translation>没有文件</translation>
    </message>
    <message>
        <source>No keyword could be read from this {kind} file. Line {line}: {what}</source>
        <translation>无法从此 {kind} 文件中读取关键词。第 {line} 行：{what}</translation>
    </message>
    <message>
        <source>No keyword has these letters.</source>
        <translation>没有包含这些字符的关键词。</translation>
    </message>
    <message>
        <source>No keyword is in your last dictations.</source>
        <translation>最近的听写中没有出现关键词。</translation>
    </message>
    <message>
        <source>No microphone found</source>
        <translation>未找到麦克风</translation>
    </message>
    <message>
        <source>No microphone is connected.</source>
        <translation>没有连接麦克风。</translation>
    </message>
    <message>
        <source>No microphone was found.</source>
        <translation>未找到麦克风。</translation>
    </message>
    <message>
        <source>no model</source>
        <translation>没有模型</translation>
    </message>
    <message>
        <source>no model yet</source>
        <translation>尚无模型</translation>
    </message>
    <message>
        <source>No recognizer of this version does. The language stays as it was.</source>
        <translation>此版本没有支持该语言的识别引擎。语言保持不变。</translation>
    </message>
    <message>
        <source>No secure connection to {host} can be made ({detail}).</source>
        <translation>无法与 {host} 建立安全连接（{detail}）。</translation>
    </message>
    <message>
        <source>No setting has these words.</source>
        <translation>没有包含这些字词的设置。</translation>
    </message>
    <message>
        <source>No sound files are in this folder.</source>
        <translation>此文件夹中没有声音文件。</translation>
    </message>
    <message>
        <source>No text</source>
        <translation>没有文本</translation>
    </message>
    <message>
        <source>No translation</source>
        <translation>没有译文</translation>
    </message>
    <message>
        <source>No words were recognized.</source>
        <translation>未识别到语音内容。</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>None: press to choose</source>
        <translation>无：按此选择</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>普通</translation>
    </message>
    <message>
        <source>not connected</source>
        <translation>未连接</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>未找到</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>未找到</translation>
    </message>
    <message>
        <source>Not on this computer</source>
        <translation>不在这台电脑上</translation>
    </message>
    <message>
        <source>not valid JSON from here on.</source>
        <translation>从此处起不是有效的 JSON。</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>未找到</translation>
    </message>
    <message>
        <source>Nothing found for “{words}” with these filters.</source>
        <translation>使用这些筛选条件未找到“{words}”。</translation>
    </message>
    <message>
        <source>Nothing found for “{words}”.</source>
        <translation>未找到“{words}”。</translation>
    </message>
    <message>
        <source>Nothing is recorded on disk yet.</source>
        <translation>磁盘上尚未录下任何内容。</translation>
    </message>
    <message>
        <source>Nothing is saved yet; new sound is kept in memory.</source>
        <translation>尚未保存任何内容；新的声音保留在内存中。</translation>
    </message>
    <message>
        <source>Nothing leaves this computer</source>
        <translation>任何内容都不会离开这台电脑</translation>
    </message>
    <message>
        <source>Nothing left this computer</source>
        <translation>没有内容离开这台电脑</translation>
    </message>
    <message>
        <source>Nothing matches these filters.</source>
        <translation>没有符合这些筛选条件的内容。</translation>
    </message>
    <message>
        <source>nothing may leave this computer</source>
        <translation>设置为任何内容都不得离开这台电脑</translation>
    </message>
    <message>
        <source>Nothing measured yet. Dictate something; how long each step took is kept with its text.</source>
        <translation>尚无测量结果。请听写一些内容；各步骤所用时间会与其文本一同保存。</translation>
    </message>
    <message>
        <source>nothing new</source>
        <translation>没有新内容</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>未更改任何内容。</translation>
    </message>
    <message>
        <source>Nothing was dictated this month yet.</source>
        <translation>本月还没有听写。</translation>
    </message>
    <message>
        <source>Nothing was dictated yet.</source>
        <translation>还没有听写。</translation>
    </message>
    <message>
        <source>Nothing was pasted: a text of the transcript has at most {most:,} characters.</source>
        <translation>未粘贴任何内容：转写文本中的一段文字最多 {most:,} 个字符。</translation>
    </message>
    <message>
        <source>Nothing you dictated has left this computer.</source>
        <translation>听写的内容都没有离开这台电脑。</translation>
    </message>
    <message>
        <source>Now recording from {device}.</source>
        <translation>现在使用 {device} 录音。</translation>
    </message>
    <message>
        <source>Nowhere: nothing left this computer</source>
        <translation>无：没有内容离开这台电脑</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>离线</translation>
    </message>
    <message>
        <source>offline</source>
        <translation>离线</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>这台电脑</translation>
    </message>
    <message>
        <source>On, and clicks reach the window below</source>
        <translation>开启，点击会穿透到下方的窗口</translation>
    </message>
    <message>
        <source>On, and it can be dragged</source>
        <translation>开启，可以拖动</translation>
    </message>
    <message>
        <source>One moment…</source>
        <translation>请稍候…</translation>
    </message>
    <message>
        <source>Only while aiOla cannot be reached</source>
        <translation>仅在无法连接 aiOla 时</translation>
    </message>
    <message>
        <source>Open a browser and sign in to this network; then it goes on.</source>
        <translation>请打开浏览器并登录此网络，之后会继续。</translation>
    </message>
    <message>
        <source>Open a web page in the browser and sign in to the network, then try again.</source>
        <translation>请在浏览器中打开网页并登录网络，然后重试。</translation>
    </message>
    <message>
        <source>Open the page</source>
        <translation>打开页面</translation>
    </message>
    <message>
        <source>opening the stream</source>
        <translation>打开流</translation>
    </message>
    <message>
        <source>opens a terminal</source>
        <translation>打开终端</translation>
    </message>
    <message>
        <source>opens help</source>
        <translation>打开帮助</translation>
    </message>
    <message>
        <source>opens Spotlight</source>
        <translation>打开 Spotlight</translation>
    </message>
    <message>
        <source>opens the clipboard history</source>
        <translation>打开剪贴板历史记录</translation>
    </message>
    <message>
        <source>opens the menu of a window</source>
        <translation>打开窗口菜单</translation>
    </message>
    <message>
        <source>opens the settings</source>
        <translation>打开设置</translation>
    </message>
    <message>
        <source>opens the start menu</source>
        <translation>打开开始菜单</translation>
    </message>
    <message>
        <source>Or put an API key into {key_variable}.</source>
        <translation>或将 API 密钥放入 {key_variable}。</translation>
    </message>
    <message>
        <source>Over 10 min</source>
        <translation>超过 10 分钟</translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation>悬浮窗</translation>
    </message>
    <message>
        <source>Pages of settings</source>
        <translation>设置页面</translation>
    </message>
    <message>
        <source>Paste it where you want it.</source>
        <translation>请粘贴到需要的位置。</translation>
    </message>
    <message>
        <source>paste type clipboard</source>
        <translation>粘贴 键入 输入 剪贴板</translation>
    </message>
    <message>
        <source>Paste your {label} here</source>
        <translation>在此处粘贴 {label}</translation>
    </message>
    <message>
        <source>pastes</source>
        <translation>粘贴</translation>
    </message>
    <message>
        <source>Pasting</source>
        <translation>粘贴</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Pause between sentences</source>
        <translation>句子之间的停顿</translation>
    </message>
    <message>
        <source>Paused at {done}</source>
        <translation>已在 {done} 处暂停</translation>
    </message>
    <message>
        <source>paused at {share} %</source>
        <translation>已暂停于 {share}%</translation>
    </message>
    <message>
        <source>pill floating</source>
        <translation>浮动 悬浮 小窗</translation>
    </message>
    <message>
        <source>Plain &amp;text</source>
        <translation>纯文本(&amp;T)</translation>
    </message>
    <message>
        <source>Plain text</source>
        <translation>纯文本</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Play (Ctrl+P)</source>
        <translation>播放 (Ctrl+P)</translation>
    </message>
    <message>
        <source>Play a sound at the start</source>
        <translation>开始时播放提示音</translation>
    </message>
    <message>
        <source>Play sounds</source>
        <translation>播放提示音</translation>
    </message>
    <message>
        <source>Plug in a microphone or switch it on, then try again.</source>
        <translation>请接上麦克风或将其打开，然后重试。</translation>
    </message>
    <message>
        <source>Plug in a speaker or headphones, or choose an output in the sound settings.</source>
        <translation>请接上扬声器或耳机，或在声音设置中选择输出。</translation>
    </message>
    <message>
        <source>Portuguese</source>
        <translation>葡萄牙语</translation>
    </message>
    <message>
        <source>preparing…</source>
        <translation>正在准备…</translation>
    </message>
    <message>
        <source>preroll listen ahead</source>
        <translation>预录 提前聆听</translation>
    </message>
    <message>
        <source>Present text: {origin}</source>
        <translation>当前文本：{origin}</translation>
    </message>
    <message>
        <source>Press a key, speak, press it again</source>
        <translation>按下按键，说话，再按一次</translation>
    </message>
    <message>
        <source>Press Start and speak</source>
        <translation>按“开始”并说话</translation>
    </message>
    <message>
        <source>Press Start and speak.</source>
        <translation>按“开始”并说话。</translation>
    </message>
    <message>
        <source>Press the keys… (Esc: leave it)</source>
        <translation>请按下按键…（Esc：保持不变）</translation>
    </message>
    <message>
        <source>Press {hotkey}, say any sentence, and press it again.</source>
        <translation>按 {hotkey}，随便说一句话，然后再按一次。</translation>
    </message>
    <message>
        <source>Press {hotkey}, say “one, two, three”, and press it again:</source>
        <translation>按 {hotkey}，说“一、二、三”，然后再按一次：</translation>
    </message>
    <message>
        <source>Press {key} in any program</source>
        <translation>在任何程序中按 {key}</translation>
    </message>
    <message>
        <source>Previous (Shift+F3)</source>
        <translation>上一个 (Shift+F3)</translation>
    </message>
    <message>
        <source>private network internet cloud</source>
        <translation>隐私 私密 网络 互联网 云 离线</translation>
    </message>
    <message>
        <source>Private: what you say does not leave this computer. Needs no network and no account.</source>
        <translation>私密：所说的内容不会离开这台电脑。无需网络，也无需账户。</translation>
    </message>
    <message>
        <source>problem</source>
        <translation>出现问题</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>程序</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Progress of the trial</source>
        <translation>试用进度</translation>
    </message>
    <message>
        <source>Progress of transcribing again</source>
        <translation>重新转写的进度</translation>
    </message>
    <message>
        <source>Progress of {label}</source>
        <translation>{label} 的进度</translation>
    </message>
    <message>
        <source>Progress of {name}</source>
        <translation>{name} 的进度</translation>
    </message>
    <message>
        <source>Push-to-talk</source>
        <translation>按键说话</translation>
    </message>
    <message>
        <source>Put a new one into {settings}, or check the computer's date and time.</source>
        <translation>请在{settings}中填入新的令牌，或检查电脑的日期和时间。</translation>
    </message>
    <message>
        <source>Put it into Settings → aiOla, or an API key into the environment variable {key_variable}.</source>
        <translation>请填入“设置”→“aiOla”，或将 API 密钥放入环境变量 {key_variable}。</translation>
    </message>
    <message>
        <source>Put it into {settings}, or into {key_variable}.</source>
        <translation>请填入{settings}或 {key_variable}。</translation>
    </message>
    <message>
        <source>Put the file back, or start Saywrite again: it begins a new history, and recordings are kept.</source>
        <translation>请将文件放回原处，或重新启动 Saywrite：它会开始新的历史记录，录音会保留。</translation>
    </message>
    <message>
        <source>Put them into the proxy's address in the system's settings or in HTTPS_PROXY (http://name:password@host:port).</source>
        <translation>请将其写入系统设置或 HTTPS_PROXY 中的代理地址 (http://name:password@host:port)。</translation>
    </message>
    <message>
        <source>Put your company's address into Settings → aiOla, or an API key into {key_variable}.</source>
        <translation>请在“设置”→“aiOla”中填入公司的地址，或将 API 密钥放入 {key_variable}。</translation>
    </message>
    <message>
        <source>Put your company's address into {settings}.</source>
        <translation>请在{settings}中填入公司的地址。</translation>
    </message>
    <message>
        <source>Python packages</source>
        <translation>Python 软件包</translation>
    </message>
    <message>
        <source>quit background</source>
        <translation>退出 关闭 后台</translation>
    </message>
    <message>
        <source>Quit it and start it again.</source>
        <translation>请将其退出后重新启动。</translation>
    </message>
    <message>
        <source>Quit it and start it again: it may be an older one.</source>
        <translation>请将其退出后重新启动：它可能是较旧的版本。</translation>
    </message>
    <message>
        <source>quits a program</source>
        <translation>退出程序</translation>
    </message>
    <message>
        <source>Raise its input level in the sound settings, or come closer to it.</source>
        <translation>请在声音设置中提高其输入电平，或靠近一些。</translation>
    </message>
    <message>
        <source>Raise its level, then transcribe it again.</source>
        <translation>请提高电平，然后重新转写。</translation>
    </message>
    <message>
        <source>Re&amp;move</source>
        <translation>移除(&amp;M)</translation>
    </message>
    <message>
        <source>Reading the file…</source>
        <translation>正在读取文件…</translation>
    </message>
    <message>
        <source>reads and writes sound files; it comes inside PyAV (BSD 3-Clause)</source>
        <translation>读写声音文件；随 PyAV（BSD 3-Clause）提供</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>已接收</translation>
    </message>
    <message>
        <source>Recognition</source>
        <translation>识别</translation>
    </message>
    <message>
        <source>Recognition models</source>
        <translation>识别模型</translation>
    </message>
    <message>
        <source>Recognize the &amp;recordings again</source>
        <translation>重新识别录音(&amp;R)</translation>
    </message>
    <message>
        <source>Recognized by {other} while {recognizer} was away</source>
        <translation>{recognizer} 不可用期间由 {other} 识别</translation>
    </message>
    <message>
        <source>Recognized on this computer while {recognizer} was away</source>
        <translation>{recognizer} 不可用期间由这台电脑识别</translation>
    </message>
    <message>
        <source>Recognizer</source>
        <translation>识别引擎</translation>
    </message>
    <message>
        <source>Recognizer and language</source>
        <translation>识别引擎和语言</translation>
    </message>
    <message>
        <source>Recognizer and language: {words}</source>
        <translation>识别引擎和语言：{words}</translation>
    </message>
    <message>
        <source>Recognizer and microphone</source>
        <translation>识别引擎和麦克风</translation>
    </message>
    <message>
        <source>Recognizer of the second key</source>
        <translation>第二按键的识别引擎</translation>
    </message>
    <message>
        <source>Recognizer state</source>
        <translation>识别引擎状态</translation>
    </message>
    <message>
        <source>Recognizer: {word}</source>
        <translation>识别引擎：{word}</translation>
    </message>
    <message>
        <source>Recognizing recording {done} of {number}</source>
        <translation>正在识别第 {done} 段录音，共 {number} 段</translation>
    </message>
    <message>
        <source>Recognizing your last dictation…</source>
        <translation>正在识别最近一次听写…</translation>
    </message>
    <message>
        <source>reconnecting</source>
        <translation>正在重新连接</translation>
    </message>
    <message>
        <source>reconnecting in {left} s</source>
        <translation>{left} 秒后重新连接</translation>
    </message>
    <message>
        <source>Reconnecting, recording goes on</source>
        <translation>正在重新连接，录音继续</translation>
    </message>
    <message>
        <source>reconnecting…</source>
        <translation>正在重新连接…</translation>
    </message>
    <message>
        <source>Record or copy it again.</source>
        <translation>请重新录制或重新复制。</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>已录音</translation>
    </message>
    <message>
        <source>Recorded time</source>
        <translation>录音时间</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>正在录音</translation>
    </message>
    <message>
        <source>Recording continues in both cases.</source>
        <translation>两种情况下录音都会继续。</translation>
    </message>
    <message>
        <source>Recording goes on as soon as sound arrives.</source>
        <translation>一有声音就继续录音。</translation>
    </message>
    <message>
        <source>Recording goes on while the connection is being restored.</source>
        <translation>恢复连接期间，录音继续进行。</translation>
    </message>
    <message>
        <source>recording, text follows</source>
        <translation>正在录音，文本稍后出现</translation>
    </message>
    <message>
        <source>Recording; the connection is being restored…</source>
        <translation>正在录音；正在恢复连接…</translation>
    </message>
    <message>
        <source>Recordings are kept until you choose in the settings for how long.</source>
        <translation>在设置中选择保留时间之前，录音会一直保留。</translation>
    </message>
    <message>
        <source>Recordings whose text is missing now are offered to be transcribed again.</source>
        <translation>现在缺少文本的录音会列出，供重新转写。</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>被拒绝</translation>
    </message>
    <message>
        <source>refused, again in {left} s</source>
        <translation>被拒绝，{left} 秒后重试</translation>
    </message>
    <message>
        <source>refused, trying again…</source>
        <translation>被拒绝，正在重试…</translation>
    </message>
    <message>
        <source>refused: {reason}</source>
        <translation>被拒绝：{reason}</translation>
    </message>
    <message>
        <source>Release to text</source>
        <translation>从松开按键到文本</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Remove it and download it again: saywrite models remove {model}, saywrite models download {model}</source>
        <translation>请将其移除并重新下载：saywrite models remove {model}，saywrite models download {model}</translation>
    </message>
    <message>
        <source>Remove the selected keywords (Delete)</source>
        <translation>移除所选关键词 (Delete)</translation>
    </message>
    <message>
        <source>Remove {folder}.</source>
        <translation>请移除 {folder}。</translation>
    </message>
    <message>
        <source>Remove {label} from this computer?</source>
        <translation>要从这台电脑上移除 {label} 吗？</translation>
    </message>
    <message>
        <source>Remove {path}.</source>
        <translation>请移除 {path}。</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>移除…</translation>
    </message>
    <message>
        <source>Rename the folder, then try again.</source>
        <translation>请重命名该文件夹，然后重试。</translation>
    </message>
    <message>
        <source>Restart it, or log out and in again.</source>
        <translation>请重新启动它，或注销后重新登录。</translation>
    </message>
    <message>
        <source>Restart Saywrite; if that does not help, install it again.</source>
        <translation>请重新启动 Saywrite；如果无效，请重新安装。</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Retry {name}</source>
        <translation>重试 {name}</translation>
    </message>
    <message>
        <source>Right {key}</source>
        <translation>右 {key}</translation>
    </message>
    <message>
        <source>Rules for single programs</source>
        <translation>个别程序的规则</translation>
    </message>
    <message>
        <source>Run: chmod 700 {folder}</source>
        <translation>请运行：chmod 700 {folder}</translation>
    </message>
    <message>
        <source>runs a command</source>
        <translation>运行命令</translation>
    </message>
    <message>
        <source>runs the speech models; its wheels carry libgomp (GPL 3 with the GCC runtime library exception)</source>
        <translation>运行语音模型；其 wheel 包含 libgomp（GPL 3，附 GCC 运行时库例外）</translation>
    </message>
    <message>
        <source>S&amp;how</source>
        <translation>显示(&amp;H)</translation>
    </message>
    <message>
        <source>S&amp;kip</source>
        <translation>跳过(&amp;K)</translation>
    </message>
    <message>
        <source>S&amp;peed…</source>
        <translation>速度(&amp;P)…</translation>
    </message>
    <message>
        <source>S&amp;top testing</source>
        <translation>停止测试(&amp;T)</translation>
    </message>
    <message>
        <source>S&amp;wap with “{other}”</source>
        <translation>与“{other}”互换(&amp;W)</translation>
    </message>
    <message>
        <source>Same as the first key</source>
        <translation>与第一按键相同</translation>
    </message>
    <message>
        <source>Same as the system</source>
        <translation>与系统相同</translation>
    </message>
    <message>
        <source>Save audio</source>
        <translation>保存音频</translation>
    </message>
    <message>
        <source>Save audio…</source>
        <translation>保存音频…</translation>
    </message>
    <message>
        <source>Save the sound to a file first.</source>
        <translation>请先将声音保存为文件。</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>已保存</translation>
    </message>
    <message>
        <source>Saved as {name}</source>
        <translation>已保存为 {name}</translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation>已保存 {name}</translation>
    </message>
    <message>
        <source>saves</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>正在保存…</translation>
    </message>
    <message>
        <source>Say a sentence</source>
        <translation>说一句话</translation>
    </message>
    <message>
        <source>Say how to write “{spoken}”: the written form is empty.</source>
        <translation>请填写“{spoken}”的写法：写法为空。</translation>
    </message>
    <message>
        <source>Say something</source>
        <translation>说点什么</translation>
    </message>
    <message>
        <source>Say something.</source>
        <translation>请说点什么。</translation>
    </message>
    <message>
        <source>Say what is heard: the spoken form is empty.</source>
        <translation>请填写听到的内容：读法为空。</translation>
    </message>
    <message>
        <source>Say “k eight s”, write “Kubernetes”.

Names, products, jargon: on the left as heard, on the right as written.</source>
        <translation>说“k eight s”，写“Kubernetes”。

名称、产品、术语：左边是听到的读法，右边是应有的写法。</translation>
    </message>
    <message>
        <source>Saywrite</source>
        <translation>Saywrite</translation>
    </message>
    <message>
        <source>Saywrite (process {pid}) does not answer.</source>
        <translation>Saywrite（进程 {pid}）没有响应。</translation>
    </message>
    <message>
        <source>Saywrite cannot be asked: {reason}.</source>
        <translation>无法询问 Saywrite：{reason}。</translation>
    </message>
    <message>
        <source>Saywrite cannot be started with the session: the name {path} is no valid text.</source>
        <translation>Saywrite 无法随会话启动：名称 {path} 不是有效的文本。</translation>
    </message>
    <message>
        <source>Saywrite cannot use this key. Press another one.</source>
        <translation>Saywrite 无法使用此键。请按其他键。</translation>
    </message>
    <message>
        <source>Saywrite hears the key, in every program.</source>
        <translation>Saywrite 在所有程序中都能收到此按键。</translation>
    </message>
    <message>
        <source>Saywrite is already running on {display}; its window is there. Quit it there first to have it here, or start it with --data and another folder.</source>
        <translation>Saywrite 已在 {display} 上运行，其窗口也在那里。要在此处使用，请先在那里退出，或用 --data 指定其他文件夹启动。</translation>
    </message>
    <message>
        <source>Saywrite is already running with this data folder (process {pid} on {host}).</source>
        <translation>已有 Saywrite 在使用此数据文件夹运行（{host} 上的进程 {pid}）。</translation>
    </message>
    <message>
        <source>Saywrite is already running with this data folder.</source>
        <translation>已有 Saywrite 在使用此数据文件夹运行。</translation>
    </message>
    <message>
        <source>Saywrite is not running.</source>
        <translation>Saywrite 没有运行。</translation>
    </message>
    <message>
        <source>Saywrite is running (process {pid}) but takes no commands.</source>
        <translation>Saywrite 正在运行（进程 {pid}），但不接受命令。</translation>
    </message>
    <message>
        <source>Saywrite is under the MIT license. Its parts have licenses of their own.</source>
        <translation>Saywrite 采用 MIT 许可证。其组件各有自己的许可证。</translation>
    </message>
    <message>
        <source>Saywrite itself had the focus, so the text was not inserted anywhere.</source>
        <translation>焦点在 Saywrite 自身，因此未在任何地方插入文本。</translation>
    </message>
    <message>
        <source>Saywrite may not write to {place}</source>
        <translation>Saywrite 无权写入 {place}</translation>
    </message>
    <message>
        <source>Saywrite may not write to {place}.</source>
        <translation>Saywrite 无权写入 {place}。</translation>
    </message>
    <message>
        <source>Saywrite opens no connection to the network: it does not use aiOla and downloads no models.</source>
        <translation>Saywrite 不建立任何网络连接：不使用 aiOla，也不下载模型。</translation>
    </message>
    <message>
        <source>Saywrite overlay</source>
        <translation>Saywrite 悬浮窗</translation>
    </message>
    <message>
        <source>Saywrite stays here</source>
        <translation>Saywrite 仍在此处运行</translation>
    </message>
    <message>
        <source>Saywrite stays in the tray. If there is no tray, closing the window quits.</source>
        <translation>Saywrite 会留在系统托盘中。如果没有托盘，关闭窗口即退出。</translation>
    </message>
    <message>
        <source>Saywrite stays open as a window. On GNOME the extension AppIndicator adds a tray.</source>
        <translation>Saywrite 会以窗口形式保持打开。在 GNOME 上，可用扩展 AppIndicator 添加托盘。</translation>
    </message>
    <message>
        <source>Saywrite {version} is there.</source>
        <translation>Saywrite {version} 已发布。</translation>
    </message>
    <message>
        <source>Saywrite {version} · Python {python_version} · Qt {qVersion} · {platform}</source>
        <translation>Saywrite {version} · Python {python_version} · Qt {qVersion} · {platform}</translation>
    </message>
    <message>
        <source>Saywrite: say “{phrase}”. The microphone is open.</source>
        <translation>Saywrite：请说“{phrase}”。麦克风已打开。</translation>
    </message>
    <message>
        <source>Saywrite: {words}{preroll}</source>
        <translation>Saywrite：{words}{preroll}</translation>
    </message>
    <message>
        <source>Se&amp;ttings…</source>
        <translation>设置(&amp;T)…</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Search in everything you dictated</source>
        <translation>在所有听写内容中搜索</translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation>搜索历史记录</translation>
    </message>
    <message>
        <source>Search the settings</source>
        <translation>搜索设置</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>正在搜索…</translation>
    </message>
    <message>
        <source>Second key</source>
        <translation>第二按键</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>全选(&amp;A)</translation>
    </message>
    <message>
        <source>selects all</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>Send it again when it is complete.</source>
        <translation>文件完整后，请重新发送。</translation>
    </message>
    <message>
        <source>sending the file</source>
        <translation>发送文件</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>已发送</translation>
    </message>
    <message>
        <source>Sent to</source>
        <translation>发送到</translation>
    </message>
    <message>
        <source>Sent to {program}; it does not tell whether it took the text</source>
        <translation>已发送到 {program}；该程序不会告知是否收到文本</translation>
    </message>
    <message>
        <source>sent {sent}</source>
        <translation>已发送 {sent}</translation>
    </message>
    <message>
        <source>Service address</source>
        <translation>服务地址</translation>
    </message>
    <message>
        <source>Set it to 48,000 Hz in the system's sound settings, or choose another microphone.</source>
        <translation>请在系统的声音设置中将其设为 48,000 Hz，或选择其他麦克风。</translation>
    </message>
    <message>
        <source>Set its date and time; dictation works all the same.</source>
        <translation>请设置其日期和时间；听写仍可正常使用。</translation>
    </message>
    <message>
        <source>Set the computer's date and time, then try again.</source>
        <translation>请设置电脑的日期和时间，然后重试。</translation>
    </message>
    <message>
        <source>Set XDG_RUNTIME_DIR to a folder with a shorter path.</source>
        <translation>请将 XDG_RUNTIME_DIR 设为路径更短的文件夹。</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Settings &gt; Keyboard &gt; View and Customize Shortcuts &gt; Custom Shortcuts: add one with this command</source>
        <translation>设置 &gt; 键盘 &gt; 查看及自定义快捷键 &gt; 自定义快捷键：用此命令添加一个</translation>
    </message>
    <message>
        <source>Settings → aiOla</source>
        <translation>“设置”→“aiOla”</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>显示(&amp;W)</translation>
    </message>
    <message>
        <source>shortcut hotkey</source>
        <translation>快捷键 热键 组合键</translation>
    </message>
    <message>
        <source>shortcut hotkey voice start stop listening accessibility</source>
        <translation>快捷键 热键 免提 语音控制 声音 开始 停止 聆听 无障碍 辅助功能</translation>
    </message>
    <message>
        <source>shortcut push-to-talk</source>
        <translation>快捷键 热键 组合键 按键说话</translation>
    </message>
    <message>
        <source>Shortest speech</source>
        <translation>语音的最短时间</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Show &amp;window</source>
        <translation>显示窗口(&amp;W)</translation>
    </message>
    <message>
        <source>Show all dictations</source>
        <translation>显示所有听写</translation>
    </message>
    <message>
        <source>Show fewer messages</source>
        <translation>显示更少消息</translation>
    </message>
    <message>
        <source>Show text</source>
        <translation>显示文本</translation>
    </message>
    <message>
        <source>Show the &amp;files</source>
        <translation>显示文件(&amp;F)</translation>
    </message>
    <message>
        <source>Show the keywords</source>
        <translation>显示关键词</translation>
    </message>
    <message>
        <source>Show the text of {name}</source>
        <translation>显示 {name} 的文本</translation>
    </message>
    <message>
        <source>Show the unfinished dictations</source>
        <translation>显示未完成的听写</translation>
    </message>
    <message>
        <source>Show the waveform</source>
        <translation>显示波形</translation>
    </message>
    <message>
        <source>Show words while you speak</source>
        <translation>说话时显示文字</translation>
    </message>
    <message>
        <source>Shows words while you speak and writes while aiOla cannot be reached. Needs a recognition model.</source>
        <translation>说话时显示文字，并在无法连接 aiOla 时负责转写。需要识别模型。</translation>
    </message>
    <message>
        <source>shows your keywords: names and terms as you write them</source>
        <translation>显示关键词：名称和术语及其写法</translation>
    </message>
    <message>
        <source>Sign in with</source>
        <translation>登录方式</translation>
    </message>
    <message>
        <source>Sign-in address</source>
        <translation>登录地址</translation>
    </message>
    <message>
        <source>Signed in at {host}.</source>
        <translation>已登录 {host}。</translation>
    </message>
    <message>
        <source>signing in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Signing in failed ({name}).</source>
        <translation>登录失败（{name}）。</translation>
    </message>
    <message>
        <source>Some sound got lost on its way.</source>
        <translation>部分声音在途中丢失。</translation>
    </message>
    <message>
        <source>Some terminals run a command at every line break.</source>
        <translation>有些终端会在每个换行处执行命令。</translation>
    </message>
    <message>
        <source>Something went wrong inside Saywrite.</source>
        <translation>Saywrite 内部发生错误。</translation>
    </message>
    <message>
        <source>Something went wrong inside Saywrite. What you said is kept in the recording.</source>
        <translation>Saywrite 内部发生错误。所说的话保留在录音中。</translation>
    </message>
    <message>
        <source>Something went wrong while the text was being inserted.</source>
        <translation>插入文本时发生错误。</translation>
    </message>
    <message>
        <source>Sound goes to {host}.</source>
        <translation>声音会发送到 {host}。</translation>
    </message>
    <message>
        <source>Sound system</source>
        <translation>声音系统</translation>
    </message>
    <message>
        <source>Sound that has no text yet can no longer be read.</source>
        <translation>尚无文本的声音已无法读取。</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Spanish</source>
        <translation>西班牙语</translation>
    </message>
    <message>
        <source>Speak</source>
        <translation>说话</translation>
    </message>
    <message>
        <source>Speak up, move closer, or raise the input level in the sound settings of this computer.</source>
        <translation>请大声一些、靠近一些，或在这台电脑的声音设置中提高输入电平。</translation>
    </message>
    <message>
        <source>Speak while “{status}” is shown.</source>
        <translation>请在显示“{status}”时说话。</translation>
    </message>
    <message>
        <source>Speak, and it is written.</source>
        <translation>说出来，就会写下来。</translation>
    </message>
    <message>
        <source>Speak, then press it again: your words are inserted where you type.</source>
        <translation>说完后再按一次：所说的话会插入到正在输入的位置。</translation>
    </message>
    <message>
        <source>Speak, then release the key: your words are inserted where you type.</source>
        <translation>说完后松开按键：所说的话会插入到正在输入的位置。</translation>
    </message>
    <message>
        <source>Speak. Your words appear here as you say them.</source>
        <translation>请说话。所说的话会随即显示在这里。</translation>
    </message>
    <message>
        <source>Speak. Your words are written as soon as the model is here.</source>
        <translation>请说话。模型就绪后，所说的话会立即写出。</translation>
    </message>
    <message>
        <source>Speech</source>
        <translation>语音</translation>
    </message>
    <message>
        <source>Speech by month and host</source>
        <translation>按月份和主机统计的语音</translation>
    </message>
    <message>
        <source>Speech counts for a host when any of it was sent there. Dictations that you delete stay in the sums of their month, without their text.</source>
        <translation>只要有一部分发送到某个主机，该语音就计入该主机。已删除的听写仍计入当月的总数，但不含其文本。</translation>
    </message>
    <message>
        <source>speech models by OpenAI, converted by Systran (faster-whisper) and dropbox-dash, with 8-bit integers made here</source>
        <translation>OpenAI 的语音模型，由 Systran (faster-whisper) 和 dropbox-dash 转换，由 Saywrite 转为 8 位整数</translation>
    </message>
    <message>
        <source>Speech threshold</source>
        <translation>语音阈值</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>Speed of each step</source>
        <translation>各步骤的速度</translation>
    </message>
    <message>
        <source>Speed of each step: median, 95th percentile</source>
        <translation>各步骤的速度：中位数、第 95 百分位数</translation>
    </message>
    <message>
        <source>Speed – Saywrite</source>
        <translation>速度 – Saywrite</translation>
    </message>
    <message>
        <source>spoken</source>
        <translation>读法</translation>
    </message>
    <message>
        <source>Spoken punctuation</source>
        <translation>口述标点</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>Start again; if it happens again, send the log (Help &gt; Copy diagnostics).</source>
        <translation>请重新开始；如果再次发生，请发送日志（“帮助”&gt;“复制诊断信息”）。</translation>
    </message>
    <message>
        <source>Start again; if that does not help, “saywrite doctor” and the log tell more.</source>
        <translation>请重新开始；如果无效，“saywrite doctor”和日志中有更多信息。</translation>
    </message>
    <message>
        <source>Start at login</source>
        <translation>登录时启动</translation>
    </message>
    <message>
        <source>Start dictation</source>
        <translation>开始听写</translation>
    </message>
    <message>
        <source>Start in the tray</source>
        <translation>启动时隐藏到托盘</translation>
    </message>
    <message>
        <source>Start it with: saywrite</source>
        <translation>启动命令：saywrite</translation>
    </message>
    <message>
        <source>Start Saywrite again.</source>
        <translation>请重新启动 Saywrite。</translation>
    </message>
    <message>
        <source>Start Saywrite again. Recordings are kept, and their text is made again where it is missing.</source>
        <translation>请重新启动 Saywrite。录音会保留，缺失的文本会重新生成。</translation>
    </message>
    <message>
        <source>Start Saywrite again: it sets the file aside, keeps what can be read of it and begins a new history. Recordings are not affected.</source>
        <translation>请重新启动 Saywrite：它会将该文件另存一旁，保留可以读取的内容，并开始新的历史记录。录音不受影响。</translation>
    </message>
    <message>
        <source>Start Saywrite again; it offers the recording. Help &gt; Copy diagnostics helps us to find the cause.</source>
        <translation>请重新启动 Saywrite；录音会显示为未完成的听写。“帮助”&gt;“复制诊断信息”有助于查明原因。</translation>
    </message>
    <message>
        <source>Start Saywrite from the desktop, not from another session.</source>
        <translation>请从桌面启动 Saywrite，不要从其他会话启动。</translation>
    </message>
    <message>
        <source>start with --data and another folder</source>
        <translation>用 --data 指定其他文件夹启动</translation>
    </message>
    <message>
        <source>Starting, press to stop</source>
        <translation>正在启动，按下可停止</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>正在启动…</translation>
    </message>
    <message>
        <source>starts and stops in this window</source>
        <translation>在此窗口中开始和停止</translation>
    </message>
    <message>
        <source>Starts and stops without the key</source>
        <translation>不用按键即可开始和停止</translation>
    </message>
    <message>
        <source>Stay connected for</source>
        <translation>保持连接的时间</translation>
    </message>
    <message>
        <source>Step {number} of {steps}: {name}</source>
        <translation>第 {number} 步，共 {steps} 步：{name}</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop &amp;without waiting for text</source>
        <translation>不等文本直接停止(&amp;W)</translation>
    </message>
    <message>
        <source>Stop (Ctrl+P)</source>
        <translation>停止 (Ctrl+P)</translation>
    </message>
    <message>
        <source>Stop dictation, recording now</source>
        <translation>停止听写，正在录音</translation>
    </message>
    <message>
        <source>Stop dictation, recording now, reconnecting</source>
        <translation>停止听写，正在录音，正在重新连接</translation>
    </message>
    <message>
        <source>Stop it first, then transcribe the file.</source>
        <translation>请先停止，然后转写文件。</translation>
    </message>
    <message>
        <source>Stop it first, then transcribe the unfinished one.</source>
        <translation>请先停止，然后转写未完成的听写。</translation>
    </message>
    <message>
        <source>Stop it first.</source>
        <translation>请先停止。</translation>
    </message>
    <message>
        <source>Stop it there first.</source>
        <translation>请先在那里停止。</translation>
    </message>
    <message>
        <source>Stop that download first.</source>
        <translation>请先停止该下载。</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>已停止。</translation>
    </message>
    <message>
        <source>Structured results</source>
        <translation>结构化结果</translation>
    </message>
    <message>
        <source>Su&amp;ggestions</source>
        <translation>建议(&amp;G)</translation>
    </message>
    <message>
        <source>Su&amp;ggestions ({number})</source>
        <translation>建议（{number}）(&amp;G)</translation>
    </message>
    <message>
        <source>SubRip subtitles</source>
        <translation>SubRip 字幕</translation>
    </message>
    <message>
        <source>Subtitles need the times of the words, and this text has none.</source>
        <translation>字幕需要每个词的时间，而此文本没有。</translation>
    </message>
    <message>
        <source>Suggest keywords from my &amp;corrections</source>
        <translation>根据更正建议关键词(&amp;C)</translation>
    </message>
    <message>
        <source>Suggest keywords from my corrections</source>
        <translation>根据更正建议关键词</translation>
    </message>
    <message>
        <source>Suggested keywords</source>
        <translation>建议的关键词</translation>
    </message>
    <message>
        <source>Switch the hands-free mode on and off</source>
        <translation>开启或关闭免提模式</translation>
    </message>
    <message>
        <source>switches between programs</source>
        <translation>切换程序</translation>
    </message>
    <message>
        <source>switches between windows</source>
        <translation>切换窗口</translation>
    </message>
    <message>
        <source>Switches the hands-free mode on and off.</source>
        <translation>开启和关闭免提模式。</translation>
    </message>
    <message>
        <source>switches the input method (IBus, Fcitx)</source>
        <translation>切换输入法（IBus、Fcitx）</translation>
    </message>
    <message>
        <source>switches the input source</source>
        <translation>切换输入源</translation>
    </message>
    <message>
        <source>switches the keyboard layout</source>
        <translation>切换键盘布局</translation>
    </message>
    <message>
        <source>System default</source>
        <translation>系统默认</translation>
    </message>
    <message>
        <source>System Settings &gt; Keyboard &gt; Shortcuts &gt; Add New &gt; Command: enter this command</source>
        <translation>系统设置 &gt; 键盘 &gt; 快捷键 &gt; 新增 &gt; 命令：输入此命令</translation>
    </message>
    <message>
        <source>takes a picture of the screen</source>
        <translation>屏幕截图</translation>
    </message>
    <message>
        <source>Tap to start and stop</source>
        <translation>按一下开始，再按一下停止</translation>
    </message>
    <message>
        <source>Test of the connection</source>
        <translation>连接测试</translation>
    </message>
    <message>
        <source>Testing…</source>
        <translation>正在测试…</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Text it has now</source>
        <translation>现有文本</translation>
    </message>
    <message>
        <source>Text of the dictation</source>
        <translation>听写的文本</translation>
    </message>
    <message>
        <source>Text to inserted</source>
        <translation>从文本到插入</translation>
    </message>
    <message>
        <source>Text to show</source>
        <translation>要显示的文本</translation>
    </message>
    <message>
        <source>Text until {until}: {origin}</source>
        <translation>{until} 之前的文本：{origin}</translation>
    </message>
    <message>
        <source>text {confirmed}</source>
        <translation>文本 {confirmed}</translation>
    </message>
    <message>
        <source>Text: {stem}</source>
        <translation>许可证文本：{stem}</translation>
    </message>
    <message>
        <source>Texts of this dictation</source>
        <translation>此次听写的文本</translation>
    </message>
    <message>
        <source>Texts with hits</source>
        <translation>有匹配的文本</translation>
    </message>
    <message>
        <source>That did not work</source>
        <translation>操作未成功</translation>
    </message>
    <message>
        <source>That is silence.</source>
        <translation>没有声音。</translation>
    </message>
    <message>
        <source>That took {took} from the end of your words to the text.</source>
        <translation>从说完到出现文本用时 {took}。</translation>
    </message>
    <message>
        <source>The access token contains characters that cannot occur in one.</source>
        <translation>访问令牌含有不应出现的字符。</translation>
    </message>
    <message>
        <source>The access token is there.</source>
        <translation>访问令牌已就绪。</translation>
    </message>
    <message>
        <source>The address of the proxy cannot be read.</source>
        <translation>无法读取代理的地址。</translation>
    </message>
    <message>
        <source>The API key contains characters that cannot occur in one.</source>
        <translation>API 密钥含有不应出现的字符。</translation>
    </message>
    <message>
        <source>The clipboard could not be used, so the text was not inserted.</source>
        <translation>无法使用剪贴板，因此未插入文本。</translation>
    </message>
    <message>
        <source>The command does not come from this user.</source>
        <translation>该命令不是来自此用户。</translation>
    </message>
    <message>
        <source>The computer was asleep.</source>
        <translation>电脑处于睡眠状态。</translation>
    </message>
    <message>
        <source>The computer was too busy to take all sound.</source>
        <translation>电脑过于繁忙，未能接收全部声音。</translation>
    </message>
    <message>
        <source>The configuration of the sound system ALSA is missing or damaged.</source>
        <translation>声音系统 ALSA 的配置缺失或已损坏。</translation>
    </message>
    <message>
        <source>The connection is made anew.</source>
        <translation>正在重新建立连接。</translation>
    </message>
    <message>
        <source>The connection to aiOla no longer answers.</source>
        <translation>与 aiOla 的连接不再响应。</translation>
    </message>
    <message>
        <source>The connection to the X display was lost, so the text could not be put into another program.</source>
        <translation>与 X 显示服务的连接已断开，因此无法将文本放入其他程序。</translation>
    </message>
    <message>
        <source>The connection to {host} failed ({detail}, while {doing}).</source>
        <translation>与 {host} 的连接失败（{detail}，操作：{doing}）。</translation>
    </message>
    <message>
        <source>The connection to {host} was lost.</source>
        <translation>与 {host} 的连接已断开。</translation>
    </message>
    <message>
        <source>the connection was cut</source>
        <translation>连接中断</translation>
    </message>
    <message>
        <source>The delay cannot be measured: the service does not answer pings.</source>
        <translation>无法测量延迟：服务不响应 ping。</translation>
    </message>
    <message>
        <source>The delay is {milliseconds} ms.</source>
        <translation>延迟为 {milliseconds} ms。</translation>
    </message>
    <message>
        <source>The desktop could not let Saywrite insert text into other programs.</source>
        <translation>桌面未能让 Saywrite 将文本插入其他程序。</translation>
    </message>
    <message>
        <source>The desktop could not set up the key.</source>
        <translation>桌面未能设置该按键。</translation>
    </message>
    <message>
        <source>The desktop does not let Saywrite insert text into other programs.</source>
        <translation>桌面不允许 Saywrite 将文本插入其他程序。</translation>
    </message>
    <message>
        <source>The desktop gave Saywrite no keyboard or no clipboard to insert text with.</source>
        <translation>桌面没有为 Saywrite 提供用于插入文本的键盘或剪贴板。</translation>
    </message>
    <message>
        <source>The desktop has no key for {value} yet.</source>
        <translation>桌面尚未为 {value} 设置按键。</translation>
    </message>
    <message>
        <source>The desktop no longer tells which keys are pressed.</source>
        <translation>桌面不再告知按下了哪些按键。</translation>
    </message>
    <message>
        <source>The desktop took the key away.</source>
        <translation>桌面收回了该按键。</translation>
    </message>
    <message>
        <source>The desktop was not allowed to give Saywrite a key.</source>
        <translation>桌面未获准将按键交给 Saywrite。</translation>
    </message>
    <message>
        <source>The desktop was not allowed to let Saywrite insert text into other programs.</source>
        <translation>未允许桌面让 Saywrite 将文本插入其他程序。</translation>
    </message>
    <message>
        <source>The desktop's portal does not answer.</source>
        <translation>桌面的门户没有响应。</translation>
    </message>
    <message>
        <source>The diagnostics could not be made: {error}</source>
        <translation>无法生成诊断信息：{error}</translation>
    </message>
    <message>
        <source>The dictation goes on; the place is marked in the transcript.</source>
        <translation>听写继续进行；转写文本中标记了该位置。</translation>
    </message>
    <message>
        <source>The dictation stopped working because of an error in Saywrite. What was recorded is on disk.</source>
        <translation>由于 Saywrite 出错，听写已停止。已录下的内容保存在磁盘上。</translation>
    </message>
    <message>
        <source>The dictation was cancelled</source>
        <translation>听写已取消</translation>
    </message>
    <message>
        <source>The dictation was cancelled.</source>
        <translation>听写已取消。</translation>
    </message>
    <message>
        <source>The dictation was ended: the longest time for a dictation was reached.</source>
        <translation>听写已结束：已达到听写的最长时间。</translation>
    </message>
    <message>
        <source>The dictation was not transcribed again.</source>
        <translation>未能重新转写听写。</translation>
    </message>
    <message>
        <source>The disk has refused the recording for half an hour. What came before is kept in memory; what follows is not kept.</source>
        <translation>磁盘拒绝写入录音已有半小时。此前的内容保留在内存中；此后的内容不会保留。</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>磁盘已满</translation>
    </message>
    <message>
        <source>The disk is full.</source>
        <translation>磁盘已满。</translation>
    </message>
    <message>
        <source>The disk is full: the history cannot be written.</source>
        <translation>磁盘已满：无法写入历史记录。</translation>
    </message>
    <message>
        <source>The disk is not keeping up: the newest sound is only in memory yet.</source>
        <translation>磁盘速度跟不上：最新的声音还只在内存中。</translation>
    </message>
    <message>
        <source>The display cannot be reached, so no key is heard.</source>
        <translation>无法连接显示服务，因此收不到按键。</translation>
    </message>
    <message>
        <source>The display has gone; no key is heard any more.</source>
        <translation>显示服务已消失，不再收到按键。</translation>
    </message>
    <message>
        <source>The download of {label} is paused at {arrived}.</source>
        <translation>{label} 的下载已在 {arrived} 处暂停。</translation>
    </message>
    <message>
        <source>The fewest errors; for strong computers: eight cores or more.</source>
        <translation>错误最少；适合性能强的电脑：八核或更多。</translation>
    </message>
    <message>
        <source>The file about new versions cannot be read.</source>
        <translation>无法读取关于新版本的文件。</translation>
    </message>
    <message>
        <source>The file about new versions is not signed by Saywrite.</source>
        <translation>关于新版本的文件没有 Saywrite 的签名。</translation>
    </message>
    <message>
        <source>The file about new versions is too long.</source>
        <translation>关于新版本的文件太长。</translation>
    </message>
    <message>
        <source>The file became shorter while it was sent.</source>
        <translation>文件在发送过程中变短了。</translation>
    </message>
    <message>
        <source>The file cannot be read: {reason}.</source>
        <translation>无法读取文件：{reason}。</translation>
    </message>
    <message>
        <source>The file could not be sent to {host} ({name}).</source>
        <translation>无法将文件发送到 {host}（{name}）。</translation>
    </message>
    <message>
        <source>The file holds no sound.</source>
        <translation>文件中没有声音。</translation>
    </message>
    <message>
        <source>The focus is not in the window in which you began ({program}), so the text was not inserted.</source>
        <translation>焦点不在开始时的窗口（{program}）中，因此未插入文本。</translation>
    </message>
    <message>
        <source>The folder for Saywrite's socket has too long a name.</source>
        <translation>Saywrite 套接字的文件夹名称太长。</translation>
    </message>
    <message>
        <source>the folder {place} is gone</source>
        <translation>文件夹 {place} 已不存在</translation>
    </message>
    <message>
        <source>The folder {place} is gone.</source>
        <translation>文件夹 {place} 已不存在。</translation>
    </message>
    <message>
        <source>The hands-free mode is off</source>
        <translation>免提模式已关闭</translation>
    </message>
    <message>
        <source>The hands-free mode is on</source>
        <translation>免提模式已开启</translation>
    </message>
    <message>
        <source>The hands-free mode needs a recognition model on this computer, and there is none.</source>
        <translation>免提模式需要这台电脑上有识别模型，但现在没有。</translation>
    </message>
    <message>
        <source>The history in {path} cannot be locked: another program uses it, or its disk knows no file locks.</source>
        <translation>无法锁定 {path} 中的历史记录：其他程序正在使用它，或其磁盘不支持文件锁。</translation>
    </message>
    <message>
        <source>The history in {path} cannot be opened for writing.</source>
        <translation>无法打开 {path} 中的历史记录进行写入。</translation>
    </message>
    <message>
        <source>The history in {path} cannot be read from or written to its disk ({error}).</source>
        <translation>无法在磁盘上读写 {path} 中的历史记录（{error}）。</translation>
    </message>
    <message>
        <source>The history in {path} cannot be used ({error}).</source>
        <translation>无法使用 {path} 中的历史记录（{error}）。</translation>
    </message>
    <message>
        <source>The history in {path} is damaged and in use by another Saywrite. It was left as it is.</source>
        <translation>{path} 中的历史记录已损坏，并且正被另一个 Saywrite 使用。已保持原样。</translation>
    </message>
    <message>
        <source>The history in {path} is damaged. It was left as it is.</source>
        <translation>{path} 中的历史记录已损坏。已保持原样。</translation>
    </message>
    <message>
        <source>The history is closed.</source>
        <translation>历史记录已关闭。</translation>
    </message>
    <message>
        <source>The history is in use by another program.</source>
        <translation>历史记录正被其他程序使用。</translation>
    </message>
    <message>
        <source>The history was damaged and is kept as {path}. None of its dictations could be read; a new history was begun.</source>
        <translation>历史记录已损坏，并保留为 {path}。未能读出任何听写；已开始新的历史记录。</translation>
    </message>
    <message numerus="yes">
        <source>The history was damaged and is kept as {path}. {n} dictations could be read; a new history was begun with what was read.</source>
        <extracomment>Singular: The history was damaged and is kept as {path}. {n} dictation could be read; a new history was begun with what was read.</extracomment>
        <translation>
            <numerusform>历史记录已损坏，并保留为 {path}。读出了 {n} 次听写；已用读出的内容开始新的历史记录。</numerusform>
        </translation>
    </message>
    <message>
        <source>The history was written by a newer version of Saywrite. It was left as it is.</source>
        <translation>历史记录由更新版本的 Saywrite 写入。已保持原样。</translation>
    </message>
    <message>
        <source>The history {path} was moved or deleted while Saywrite uses it.</source>
        <translation>历史记录 {path} 在 Saywrite 使用期间被移动或删除。</translation>
    </message>
    <message>
        <source>The https address that returns an access token.</source>
        <translation>返回访问令牌的 https 地址。</translation>
    </message>
    <message>
        <source>The key is kept until Saywrite is closed.</source>
        <translation>密钥会保留到 Saywrite 关闭为止。</translation>
    </message>
    <message>
        <source>The key was not pressed yet.</source>
        <translation>尚未按下按键。</translation>
    </message>
    <message>
        <source>The keyring did not answer as it should ({name}).</source>
        <translation>密钥环没有正常响应（{name}）。</translation>
    </message>
    <message>
        <source>The keyring does not answer.</source>
        <translation>密钥环没有响应。</translation>
    </message>
    <message>
        <source>The keyring is locked.</source>
        <translation>密钥环已锁定。</translation>
    </message>
    <message>
        <source>The keyring is not open</source>
        <translation>密钥环未打开</translation>
    </message>
    <message>
        <source>The keyring's question for its password was cancelled; nothing was read or saved.</source>
        <translation>密钥环的密码询问被取消；未读取或保存任何内容。</translation>
    </message>
    <message>
        <source>The keys to insert the text could not be sent to {program}.</source>
        <translation>无法将插入文本所需的按键发送到 {program}。</translation>
    </message>
    <message>
        <source>The keyword joins the list at the side and counts from the next words on.</source>
        <translation>关键词会加入旁边的列表，从接下来的语句起生效。</translation>
    </message>
    <message>
        <source>The keywords were changed since then: try them again.</source>
        <translation>此后关键词有更改：请重新试用。</translation>
    </message>
    <message>
        <source>The keywords were changed.</source>
        <translation>关键词已更改。</translation>
    </message>
    <message>
        <source>The language of windows and messages.</source>
        <translation>窗口和消息的语言。</translation>
    </message>
    <message>
        <source>The language you speak.</source>
        <translation>所说的语言。</translation>
    </message>
    <message>
        <source>The last insertion was too long ago.</source>
        <translation>上次插入距今太久。</translation>
    </message>
    <message>
        <source>The last words are being written.</source>
        <translation>正在写出最后的内容。</translation>
    </message>
    <message>
        <source>The last {seconds:.0f} s have no text yet: {why}.</source>
        <translation>最后 {seconds:.0f} 秒尚无文本：{why}。</translation>
    </message>
    <message>
        <source>The library that decodes sound files (PyAV) is missing or damaged.</source>
        <translation>用于解码声音文件的库 (PyAV) 缺失或已损坏。</translation>
    </message>
    <message>
        <source>The log has more.</source>
        <translation>日志中有更多信息。</translation>
    </message>
    <message>
        <source>The log never contains what you say.</source>
        <translation>日志从不包含所说的内容。</translation>
    </message>
    <message>
        <source>The log tells more.</source>
        <translation>日志中有更多信息。</translation>
    </message>
    <message>
        <source>The message above says why, and what helps.</source>
        <translation>上方的消息说明了原因和解决方法。</translation>
    </message>
    <message>
        <source>The microphone</source>
        <translation>麦克风</translation>
    </message>
    <message>
        <source>The microphone changed to {label}.</source>
        <translation>麦克风已换为 {label}。</translation>
    </message>
    <message>
        <source>The microphone closes after this time, even while the key is down.</source>
        <translation>超过此时间后，即使仍按住按键，麦克风也会关闭。</translation>
    </message>
    <message>
        <source>The microphone could not be opened ({name}).</source>
        <translation>无法打开麦克风（{name}）。</translation>
    </message>
    <message>
        <source>The microphone could not be opened ({value}).</source>
        <translation>无法打开麦克风（{value}）。</translation>
    </message>
    <message>
        <source>The microphone is being opened.</source>
        <translation>正在打开麦克风。</translation>
    </message>
    <message>
        <source>The microphone is being opened…</source>
        <translation>正在打开麦克风…</translation>
    </message>
    <message>
        <source>The microphone is then open from the start of Saywrite.</source>
        <translation>麦克风会从 Saywrite 启动时起保持打开。</translation>
    </message>
    <message>
        <source>The microphone offers no sample rate that Saywrite can use.</source>
        <translation>麦克风没有 Saywrite 可以使用的采样率。</translation>
    </message>
    <message>
        <source>The microphone was closed when the computer went to sleep.</source>
        <translation>电脑进入睡眠时，麦克风已关闭。</translation>
    </message>
    <message>
        <source>The microphone was closed when the screen was locked.</source>
        <translation>屏幕锁定时，麦克风已关闭。</translation>
    </message>
    <message>
        <source>The microphone was closed: the key is no longer heard.</source>
        <translation>麦克风已关闭：不再收到按键。</translation>
    </message>
    <message>
        <source>The microphone was closed: the time limit of the key was reached.</source>
        <translation>麦克风已关闭：已达到按键的时间上限。</translation>
    </message>
    <message>
        <source>The microphone was not found.</source>
        <translation>未找到麦克风。</translation>
    </message>
    <message>
        <source>The microphone went away.</source>
        <translation>麦克风已断开。</translation>
    </message>
    <message>
        <source>The model cannot be saved: {reason}.</source>
        <translation>无法保存模型：{reason}。</translation>
    </message>
    <message>
        <source>The model could not be tried: {reason}</source>
        <translation>无法试用该模型：{reason}</translation>
    </message>
    <message>
        <source>the name is too long</source>
        <translation>名称过长</translation>
    </message>
    <message>
        <source>The name is too long.</source>
        <translation>名称过长。</translation>
    </message>
    <message>
        <source>The next dictation starts faster while the connection is open.</source>
        <translation>连接保持期间，下一次听写开始得更快。</translation>
    </message>
    <message>
        <source>The official source</source>
        <translation>官方来源</translation>
    </message>
    <message>
        <source>The one on this computer needs no network and no account.</source>
        <translation>这台电脑上的识别引擎无需网络，也无需账户。</translation>
    </message>
    <message>
        <source>The page of Saywrite answers with {status_code}.</source>
        <translation>Saywrite 的页面返回了 {status_code}。</translation>
    </message>
    <message>
        <source>The page of Saywrite cannot be reached.</source>
        <translation>无法连接 Saywrite 的页面。</translation>
    </message>
    <message>
        <source>the proxy cannot be used</source>
        <translation>无法使用代理</translation>
    </message>
    <message>
        <source>The proxy does not let Saywrite through to {host} ({detail}).</source>
        <translation>代理不允许 Saywrite 连接 {host}（{detail}）。</translation>
    </message>
    <message>
        <source>The proxy does not reach {host}.</source>
        <translation>代理无法连接 {host}。</translation>
    </message>
    <message>
        <source>The proxy is of a kind that Saywrite cannot use.</source>
        <translation>Saywrite 无法使用此类型的代理。</translation>
    </message>
    <message>
        <source>the proxy refuses the connection</source>
        <translation>代理拒绝连接</translation>
    </message>
    <message>
        <source>The proxy wants a user name and a password.</source>
        <translation>代理要求用户名和密码。</translation>
    </message>
    <message>
        <source>the quotation marks do not match.</source>
        <translation>引号不匹配。</translation>
    </message>
    <message>
        <source>The reason is in its log.</source>
        <translation>原因在其日志中。</translation>
    </message>
    <message>
        <source>The recognition model is not on this computer yet.</source>
        <translation>识别模型尚未下载到这台电脑。</translation>
    </message>
    <message>
        <source>The recognition model that runs on this computer.</source>
        <translation>在这台电脑上运行的识别模型。</translation>
    </message>
    <message>
        <source>The recognition model {model} is damaged: it cannot be loaded.</source>
        <translation>识别模型 {model} 已损坏，无法加载。</translation>
    </message>
    <message>
        <source>The recognizer (CTranslate2) is not installed or cannot be loaded ({error}).</source>
        <translation>识别引擎 (CTranslate2) 未安装或无法加载（{error}）。</translation>
    </message>
    <message>
        <source>The recognizer ended before the text was complete.</source>
        <translation>识别引擎在文本完成前就结束了。</translation>
    </message>
    <message>
        <source>The recognizer is not available.</source>
        <translation>识别引擎不可用。</translation>
    </message>
    <message>
        <source>The recognizer is unloaded after this time without a dictation. The next dictation loads it again.</source>
        <translation>超过此时间没有听写时，识别引擎会被卸载。下一次听写会重新加载。</translation>
    </message>
    <message>
        <source>The recognizer on this computer carries on.</source>
        <translation>由这台电脑上的识别引擎接替。</translation>
    </message>
    <message>
        <source>The recognizer on this computer could not be started.</source>
        <translation>无法启动这台电脑上的识别引擎。</translation>
    </message>
    <message>
        <source>The recognizer on this computer ended or stopped answering, three times in a row.</source>
        <translation>这台电脑上的识别引擎连续三次结束或停止响应。</translation>
    </message>
    <message>
        <source>The recording cannot be read back ({reason}).</source>
        <translation>无法读回录音（{reason}）。</translation>
    </message>
    <message>
        <source>the recording has reached the largest file size allowed here</source>
        <translation>录音已达到此处允许的最大文件大小</translation>
    </message>
    <message>
        <source>The recording has reached the largest file size allowed here.</source>
        <translation>录音已达到此处允许的最大文件大小。</translation>
    </message>
    <message>
        <source>The recording in {folder} cannot be opened ({reason}).</source>
        <translation>无法打开 {folder} 中的录音（{reason}）。</translation>
    </message>
    <message>
        <source>The recording in {folder} cannot be read ({reason}).</source>
        <translation>无法读取 {folder} 中的录音（{reason}）。</translation>
    </message>
    <message>
        <source>The recording is kept as it is.</source>
        <translation>录音会原样保留。</translation>
    </message>
    <message>
        <source>The recording is kept.</source>
        <translation>录音会保留。</translation>
    </message>
    <message>
        <source>The recording is kept: transcribe it again for the text of the service.</source>
        <translation>录音会保留：要得到服务的文本，请重新转写。</translation>
    </message>
    <message>
        <source>The recording is not removed.</source>
        <translation>录音未移除。</translation>
    </message>
    <message>
        <source>The recording is saved up to {length}; new sound is kept in memory.</source>
        <translation>录音已保存到 {length}；新的声音保留在内存中。</translation>
    </message>
    <message>
        <source>The recording itself is kept.</source>
        <translation>录音本身会保留。</translation>
    </message>
    <message>
        <source>The recording of a dictation without its complete text stays among the unfinished ones.</source>
        <translation>文本不完整的听写，其录音会留在未完成的听写中。</translation>
    </message>
    <message>
        <source>The running Saywrite does not know this command.</source>
        <translation>正在运行的 Saywrite 不支持此命令。</translation>
    </message>
    <message>
        <source>The running Saywrite gave no answer that makes sense.</source>
        <translation>正在运行的 Saywrite 没有给出有意义的应答。</translation>
    </message>
    <message>
        <source>The Saywrite with this data folder belongs to another user.</source>
        <translation>使用此数据文件夹的 Saywrite 属于其他用户。</translation>
    </message>
    <message>
        <source>The selected keyword is not in your last dictations.</source>
        <translation>所选关键词未出现在最近的听写中。</translation>
    </message>
    <message>
        <source>the service</source>
        <translation>服务</translation>
    </message>
    <message>
        <source>The service's address contains more than a host and a path.</source>
        <translation>服务地址含有主机和路径以外的内容。</translation>
    </message>
    <message>
        <source>The service's address is not a valid address.</source>
        <translation>服务地址不是有效的地址。</translation>
    </message>
    <message>
        <source>The service's address is not a web address.</source>
        <translation>服务地址不是网址。</translation>
    </message>
    <message>
        <source>The service's address is not encrypted.</source>
        <translation>服务地址未加密。</translation>
    </message>
    <message>
        <source>The session bus is gone, so text cannot be put into other programs.</source>
        <translation>会话总线已消失，因此无法将文本放入其他程序。</translation>
    </message>
    <message>
        <source>The socket cannot be made: {reason}.</source>
        <translation>无法创建套接字：{reason}。</translation>
    </message>
    <message>
        <source>The sound could not be played ({name}).</source>
        <translation>无法播放声音（{name}）。</translation>
    </message>
    <message>
        <source>The sound could not be played.</source>
        <translation>无法播放声音。</translation>
    </message>
    <message>
        <source>The sound is sent again.</source>
        <translation>将重新发送声音。</translation>
    </message>
    <message>
        <source>The sound library cannot reach the sound server.</source>
        <translation>声音库无法连接声音服务器。</translation>
    </message>
    <message>
        <source>The sound library PortAudio is missing.</source>
        <translation>缺少声音库 PortAudio。</translation>
    </message>
    <message>
        <source>The sound server did not open the microphone (error {value}).</source>
        <translation>声音服务器未能打开麦克风（错误 {value}）。</translation>
    </message>
    <message>
        <source>The sound server does not answer.</source>
        <translation>声音服务器没有响应。</translation>
    </message>
    <message>
        <source>The sound system does not answer.</source>
        <translation>声音系统没有响应。</translation>
    </message>
    <message>
        <source>The sound system that has the microphone.</source>
        <translation>麦克风所在的声音系统。</translation>
    </message>
    <message>
        <source>the spoken form is empty.</source>
        <translation>读法为空。</translation>
    </message>
    <message>
        <source>the spoken form is not a text.</source>
        <translation>读法不是文本。</translation>
    </message>
    <message>
        <source>The system does not let Saywrite use the microphone.</source>
        <translation>系统不允许 Saywrite 使用麦克风。</translation>
    </message>
    <message>
        <source>The system keeps this, so its own settings show it too.</source>
        <translation>此项由系统保存，因此也会显示在系统设置中。</translation>
    </message>
    <message>
        <source>The system's microphone is now {label}.</source>
        <translation>系统的麦克风现在是 {label}。</translation>
    </message>
    <message>
        <source>The test broke off; the log says why.</source>
        <translation>测试中断；原因见日志。</translation>
    </message>
    <message>
        <source>The text in {program} was changed since then, or the cursor was moved, so nothing was undone.</source>
        <translation>{program} 中的文本此后已更改，或光标已移动，因此未撤销任何内容。</translation>
    </message>
    <message>
        <source>The text is in the history and can be copied from there.</source>
        <translation>文本在历史记录中，可以从那里复制。</translation>
    </message>
    <message>
        <source>The text is on the clipboard, as you chose.</source>
        <translation>按照所选的设置，文本在剪贴板上。</translation>
    </message>
    <message>
        <source>The text is on the clipboard: paste it where you want it, or choose “Insert again”.</source>
        <translation>文本在剪贴板上：请粘贴到需要的位置，或选择“重新插入”。</translation>
    </message>
    <message>
        <source>The text is written where your cursor is, in whatever program you use.</source>
        <translation>无论使用哪个程序，文本都会写在光标处。</translation>
    </message>
    <message>
        <source>The text was inserted into {program}.</source>
        <translation>文本已插入到 {program}。</translation>
    </message>
    <message>
        <source>The text was sent to {program}, which does not tell whether it took it.</source>
        <translation>文本已发送到 {program}；该程序不会告知是否收到文本。</translation>
    </message>
    <message>
        <source>The transcript shows sentences without a longer pause between them as running text.</source>
        <translation>句子之间没有更长的停顿时，转写文本会连续显示。</translation>
    </message>
    <message>
        <source>The transcript was cleared.</source>
        <translation>转写文本已清空。</translation>
    </message>
    <message>
        <source>The translation is shown beside what you said.</source>
        <translation>译文显示在所说内容的旁边。</translation>
    </message>
    <message>
        <source>The trial was stopped.</source>
        <translation>试用已停止。</translation>
    </message>
    <message>
        <source>The Wayland compositor cannot be reached, so text cannot be put into other programs.</source>
        <translation>无法连接 Wayland 合成器，因此无法将文本放入其他程序。</translation>
    </message>
    <message>
        <source>The whole text at the end</source>
        <translation>结束时朗读全文</translation>
    </message>
    <message>
        <source>the window in front</source>
        <translation>前台窗口</translation>
    </message>
    <message>
        <source>The window in front did not read the text.</source>
        <translation>前台窗口没有读取文本。</translation>
    </message>
    <message>
        <source>The window is closed, the program runs on. To quit, use this icon's menu; the settings can change it.</source>
        <translation>窗口已关闭，程序仍在运行。要退出，请使用此图标的菜单；可在设置中更改。</translation>
    </message>
    <message>
        <source>The window you began in ({program}) could not be brought back, so the text was not inserted.</source>
        <translation>未能返回开始时的窗口（{program}），因此未插入文本。</translation>
    </message>
    <message>
        <source>The workflow of your account that transcribes.</source>
        <translation>账户中用于转写的工作流。</translation>
    </message>
    <message>
        <source>the written form is empty.</source>
        <translation>写法为空。</translation>
    </message>
    <message>
        <source>the written form is missing.</source>
        <translation>缺少写法。</translation>
    </message>
    <message>
        <source>the written form is not a text.</source>
        <translation>写法不是文本。</translation>
    </message>
    <message>
        <source>The X display cannot be reached, so text cannot be put into other programs.</source>
        <translation>无法连接 X 显示服务，因此无法将文本放入其他程序。</translation>
    </message>
    <message>
        <source>Then download the model again.</source>
        <translation>然后重新下载模型。</translation>
    </message>
    <message>
        <source>Then the dictation ends with what this computer heard, and a notice says so.</source>
        <translation>此后，听写以这台电脑听到的内容结束，并显示通知。</translation>
    </message>
    <message>
        <source>There are no dictations yet to try the keywords on.</source>
        <translation>还没有可用于试用关键词的听写。</translation>
    </message>
    <message>
        <source>There is no aiOla access token yet.</source>
        <translation>还没有 aiOla 访问令牌。</translation>
    </message>
    <message>
        <source>There is no aiOla API key yet.</source>
        <translation>还没有 aiOla 的 API 密钥。</translation>
    </message>
    <message>
        <source>There is no audio output.</source>
        <translation>没有音频输出。</translation>
    </message>
    <message>
        <source>There is no build of the recognizer (CTranslate2) for Windows on ARM.</source>
        <translation>没有适用于 ARM 版 Windows 的识别引擎 (CTranslate2)。</translation>
    </message>
    <message>
        <source>There is no display, so text cannot be put into other programs.</source>
        <translation>没有显示服务，因此无法将文本放入其他程序。</translation>
    </message>
    <message>
        <source>There is no file “{name}”.</source>
        <translation>没有文件“{name}”。</translation>
    </message>
    <message>
        <source>There is no key called “{last}”.</source>
        <translation>没有名为“{last}”的按键。</translation>
    </message>
    <message>
        <source>There is no language called “{code}”.</source>
        <translation>没有名为“{code}”的语言。</translation>
    </message>
    <message>
        <source>There is no microphone called {name}.</source>
        <translation>没有名为 {name} 的麦克风。</translation>
    </message>
    <message>
        <source>There is no microphone.</source>
        <translation>没有麦克风。</translation>
    </message>
    <message>
        <source>There is no model called {id}.</source>
        <translation>没有名为 {id} 的模型。</translation>
    </message>
    <message>
        <source>There is no network route to {host}.</source>
        <translation>没有到 {host} 的网络路由。</translation>
    </message>
    <message>
        <source>There is no recorded dictation to try the model on.</source>
        <translation>没有可用于试用模型的听写录音。</translation>
    </message>
    <message>
        <source>There is no session bus, so no key is heard.</source>
        <translation>没有会话总线，因此收不到按键。</translation>
    </message>
    <message>
        <source>There is no session bus, so text cannot be put into other programs.</source>
        <translation>没有会话总线，因此无法将文本放入其他程序。</translation>
    </message>
    <message>
        <source>There is no such folder. Choose one that holds the model files, or leave the line empty.</source>
        <translation>没有这个文件夹。请选择包含模型文件的文件夹，或将此行留空。</translation>
    </message>
    <message>
        <source>There is no text to export yet.</source>
        <translation>还没有可导出的文本。</translation>
    </message>
    <message>
        <source>There is no token address yet.</source>
        <translation>还没有令牌地址。</translation>
    </message>
    <message>
        <source>There is not enough space for the model: {needed} are needed, {free} are free.</source>
        <translation>空间不足以存放模型：需要 {needed}，可用 {free}。</translation>
    </message>
    <message>
        <source>There is nothing to remove.</source>
        <translation>没有可移除的内容。</translation>
    </message>
    <message>
        <source>There is nothing to undo.</source>
        <translation>没有可撤销的内容。</translation>
    </message>
    <message>
        <source>There is too little free memory for the recognition model {model}.</source>
        <translation>可用内存太少，无法使用识别模型 {model}。</translation>
    </message>
    <message>
        <source>There was no microphone.</source>
        <translation>没有麦克风。</translation>
    </message>
    <message>
        <source>These keywords change nothing in your last dictations.</source>
        <translation>这些关键词不会改变最近的听写。</translation>
    </message>
    <message>
        <source>These models recognize speech on this computer. What you say does not leave it.</source>
        <translation>这些模型在这台电脑上识别语音。所说的内容不会离开这台电脑。</translation>
    </message>
    <message>
        <source>These notes are in English.</source>
        <translation>以下说明为英文。</translation>
    </message>
    <message>
        <source>These seconds are kept: transcribe them from the window once aiOla answers again.</source>
        <translation>这几秒已保留：等 aiOla 恢复响应后，请在窗口中转写。</translation>
    </message>
    <message>
        <source>This account has no dictation left to open at the same time.</source>
        <translation>此账户可同时进行的听写已达上限。</translation>
    </message>
    <message>
        <source>This account has no permission at {host} (while {doing}).</source>
        <translation>此账户在 {host} 没有权限（操作：{doing}）。</translation>
    </message>
    <message>
        <source>This compositor lets no program press keys, so text cannot be put into other programs.</source>
        <translation>此合成器不允许程序模拟按键，因此无法将文本放入其他程序。</translation>
    </message>
    <message>
        <source>This compositor lets no program without a window use the clipboard.</source>
        <translation>此合成器不允许没有窗口的程序使用剪贴板。</translation>
    </message>
    <message>
        <source>This computer heard this; the text of {recognizer} will replace it unless you edit it</source>
        <translation>这是这台电脑听到的内容；如不编辑，将由 {recognizer} 的文本替换</translation>
    </message>
    <message>
        <source>This computer listens along</source>
        <translation>这台电脑同时聆听</translation>
    </message>
    <message>
        <source>This computer writes at once, and its text stays</source>
        <translation>由这台电脑立即转写，并保留其文本</translation>
    </message>
    <message>
        <source>This computer's clock is {length} ahead.</source>
        <translation>这台电脑的时钟快了 {length}。</translation>
    </message>
    <message>
        <source>This computer's clock is {length} behind.</source>
        <translation>这台电脑的时钟慢了 {length}。</translation>
    </message>
    <message>
        <source>This computer's processor is too old for the recognizer: it lacks instructions that CTranslate2 needs (AVX).</source>
        <translation>这台电脑的处理器太旧，无法运行识别引擎：缺少 CTranslate2 所需的指令 (AVX)。</translation>
    </message>
    <message>
        <source>This desktop hears keys itself and passes none on. Give it the key in its own settings:</source>
        <translation>此桌面自行接收按键，不会转交。请在桌面设置中指定按键：</translation>
    </message>
    <message>
        <source>This desktop lets no other program hear a key.</source>
        <translation>此桌面不让其他程序收到按键。</translation>
    </message>
    <message>
        <source>This desktop passes no mouse buttons such as {chord} on to other programs.</source>
        <translation>此桌面不会将 {chord} 之类的鼠标按键转交给其他程序。</translation>
    </message>
    <message>
        <source>This desktop shows no tray icon.</source>
        <translation>此桌面不显示托盘图标。</translation>
    </message>
    <message>
        <source>This dictation is in use.</source>
        <translation>此听写正在使用中。</translation>
    </message>
    <message>
        <source>This dictation is not in the history.</source>
        <translation>此听写不在历史记录中。</translation>
    </message>
    <message>
        <source>This dictation is still being recorded.</source>
        <translation>此听写仍在录音。</translation>
    </message>
    <message>
        <source>This dictation or its earlier text was deleted meanwhile.</source>
        <translation>此听写或其较早的文本在此期间已被删除。</translation>
    </message>
    <message>
        <source>This dictation was deleted meanwhile.</source>
        <translation>此听写在此期间已被删除。</translation>
    </message>
    <message>
        <source>This is no address. Write it as https://models.example.com/whisper.</source>
        <translation>这不是地址。请写成 https://models.example.com/whisper 的形式。</translation>
    </message>
    <message>
        <source>This is not a JSON file with keywords.</source>
        <translation>这不是包含关键词的 JSON 文件。</translation>
    </message>
    <message>
        <source>This is not a Saywrite command.</source>
        <translation>这不是 Saywrite 的命令。</translation>
    </message>
    <message>
        <source>This is the newest version</source>
        <translation>这是最新版本</translation>
    </message>
    <message>
        <source>This keyboard has no {chord}.</source>
        <translation>此键盘没有 {chord}。</translation>
    </message>
    <message>
        <source>This month: {parts}.</source>
        <translation>本月：{parts}。</translation>
    </message>
    <message>
        <source>This recording is too long for a WAV file (37 hours).</source>
        <translation>此录音太长，无法存为 WAV 文件（37 小时）。</translation>
    </message>
    <message>
        <source>This sounds like {name}, but {chosen} is chosen.</source>
        <translation>听起来像{name}，但当前选择的是{chosen}。</translation>
    </message>
    <message>
        <source>This system does not report {key} to other programs.</source>
        <translation>此系统不会将 {key} 告知其他程序。</translation>
    </message>
    <message>
        <source>This system has no keyring to keep the key in.</source>
        <translation>此系统没有可保存密钥的密钥环。</translation>
    </message>
    <message>
        <source>This text cannot safely be undone in a terminal.</source>
        <translation>在终端中无法安全地撤销此文本。</translation>
    </message>
    <message>
        <source>This text cannot safely be undone in this program.</source>
        <translation>在此程序中无法安全地撤销此文本。</translation>
    </message>
    <message>
        <source>This text was changed elsewhere meanwhile, so your changes were not saved. They are still here.</source>
        <translation>此文本在此期间已在别处更改，因此您的更改未保存。您的更改仍在这里。</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>To permit it, turn off “{switch}” in Settings &gt; Files and privacy.</source>
        <translation>要允许，请在“设置”&gt;“文件与隐私”中关闭“{switch}”。</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Token address</source>
        <translation>令牌地址</translation>
    </message>
    <message>
        <source>Token address of your company</source>
        <translation>公司的令牌地址</translation>
    </message>
    <message>
        <source>Too loud: the sound is distorted.</source>
        <translation>声音太大，已失真。</translation>
    </message>
    <message>
        <source>took {time}</source>
        <translation>用时 {time}</translation>
    </message>
    <message>
        <source>Transcribe</source>
        <translation>转写</translation>
    </message>
    <message>
        <source>Transcribe a file</source>
        <translation>转写文件</translation>
    </message>
    <message>
        <source>Transcribe a file…</source>
        <translation>转写文件…</translation>
    </message>
    <message>
        <source>Transcribe a folder</source>
        <translation>转写文件夹</translation>
    </message>
    <message>
        <source>Transcribe the file again later.</source>
        <translation>请稍后重新转写该文件。</translation>
    </message>
    <message>
        <source>Transcribed files</source>
        <translation>已转写的文件</translation>
    </message>
    <message>
        <source>Transcribed {file}{rest}</source>
        <translation>已转写 {file}{rest}</translation>
    </message>
    <message>
        <source>transcribes an audio file; you can also drop one here</source>
        <translation>转写音频文件；也可将文件拖放到此处</translation>
    </message>
    <message>
        <source>Transcribing again: {recognizer}, {language}</source>
        <translation>正在重新转写：{recognizer}，{language}</translation>
    </message>
    <message>
        <source>Transcribing {name}, press to cancel</source>
        <translation>正在转写 {name}，按下可取消</translation>
    </message>
    <message>
        <source>Transcribing… Cancel</source>
        <translation>正在转写… 取消</translation>
    </message>
    <message>
        <source>Transcript</source>
        <translation>转写文本</translation>
    </message>
    <message>
        <source>Translate into</source>
        <translation>翻译成</translation>
    </message>
    <message>
        <source>Translation</source>
        <translation>译文</translation>
    </message>
    <message>
        <source>Try &amp;keywords…</source>
        <translation>试用关键词(&amp;K)…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Try again and enter the password.</source>
        <translation>请重试并输入密码。</translation>
    </message>
    <message>
        <source>Try again in a moment.</source>
        <translation>请稍后重试。</translation>
    </message>
    <message>
        <source>Try again in a moment; if that does not help, end process {pid} and start Saywrite again.</source>
        <translation>请稍后重试；如果无效，请结束进程 {pid}，然后重新启动 Saywrite。</translation>
    </message>
    <message>
        <source>Try again later, or look at the page of Saywrite.</source>
        <translation>请稍后重试，或查看 Saywrite 的页面。</translation>
    </message>
    <message>
        <source>Try again; the log has the details.</source>
        <translation>请重试；日志中有详细信息。</translation>
    </message>
    <message>
        <source>Try it here</source>
        <translation>在此试用</translation>
    </message>
    <message>
        <source>Try keywords on your last dictations</source>
        <translation>用最近的听写试用关键词</translation>
    </message>
    <message>
        <source>Try keywords on your last dictations…</source>
        <translation>用最近的听写试用关键词…</translation>
    </message>
    <message>
        <source>Try on my last dictation</source>
        <translation>用最近一次听写试用</translation>
    </message>
    <message>
        <source>Typing (slower, does not use the clipboard)</source>
        <translation>逐字输入（较慢，不使用剪贴板）</translation>
    </message>
    <message>
        <source>unavailable</source>
        <translation>不可用</translation>
    </message>
    <message>
        <source>Unchanged:</source>
        <translation>无变化：</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Undo it in the program itself, or select it there and delete it.</source>
        <translation>请在该程序中自行撤销，或在其中选中并删除。</translation>
    </message>
    <message>
        <source>Undo the &amp;cancellation</source>
        <translation>撤销上次取消(&amp;C)</translation>
    </message>
    <message>
        <source>Undo the last &amp;insertion</source>
        <translation>撤销上次插入(&amp;I)</translation>
    </message>
    <message>
        <source>undoes</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Undone in {program}</source>
        <translation>已在 {program} 中撤销</translation>
    </message>
    <message>
        <source>Unlock it with its password, then try again.</source>
        <translation>请用密码解锁，然后重试。</translation>
    </message>
    <message>
        <source>Unlock the login keychain in Keychain Access.</source>
        <translation>请在“钥匙串访问”中解锁登录钥匙串。</translation>
    </message>
    <message>
        <source>Unmute it in the sound settings or with its mute key.</source>
        <translation>请在声音设置中或用静音键取消静音。</translation>
    </message>
    <message>
        <source>Unplug the microphone and plug it in again, or restart.</source>
        <translation>请拔下麦克风后重新插上，或重新启动。</translation>
    </message>
    <message>
        <source>Until the text is there</source>
        <translation>直到文本就绪</translation>
    </message>
    <message>
        <source>Until you delete them</source>
        <translation>直到手动删除</translation>
    </message>
    <message>
        <source>Up to 10 s</source>
        <translation>10 秒以内</translation>
    </message>
    <message>
        <source>Update Saywrite, or start with --data and another folder.</source>
        <translation>请更新 Saywrite，或用 --data 指定其他文件夹启动。</translation>
    </message>
    <message>
        <source>Use --data.</source>
        <translation>请使用 --data。</translation>
    </message>
    <message>
        <source>Use an HTTP proxy.</source>
        <translation>请使用 HTTP 代理。</translation>
    </message>
    <message>
        <source>Use Ctrl, Alt, Shift or Super.</source>
        <translation>请使用 Ctrl、Alt、Shift 或 Super。</translation>
    </message>
    <message>
        <source>Use headphones: a microphone near a loudspeaker hears the sound.</source>
        <translation>请使用耳机：靠近扬声器的麦克风会收到其声音。</translation>
    </message>
    <message>
        <source>Use of the key</source>
        <translation>按键的用法</translation>
    </message>
    <message>
        <source>Use Settings &gt; Apps &gt; Startup instead.</source>
        <translation>请改用“设置”&gt;“应用”&gt;“启动”。</translation>
    </message>
    <message>
        <source>Use t&amp;his text</source>
        <translation>使用此文本(&amp;H)</translation>
    </message>
    <message>
        <source>Use the same version of Saywrite for both.</source>
        <translation>请在两处使用相同版本的 Saywrite。</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>使用此模型</translation>
    </message>
    <message>
        <source>Use {label}</source>
        <translation>使用 {label}</translation>
    </message>
    <message>
        <source>Utterance {index} of {total}, {start} to {end}. Enter plays it.</source>
        <translation>第 {index} 个语句，共 {total} 个，{start} 至 {end}。按 Enter 播放。</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>Very quiet.</source>
        <translation>声音很小。</translation>
    </message>
    <message>
        <source>video encoders that PyAV's wheels carry as separate libraries; Saywrite does not use them</source>
        <translation>PyAV 的 wheel 包作为独立库附带的视频编码器；Saywrite 不使用它们</translation>
    </message>
    <message>
        <source>voice start stop listening accessibility</source>
        <translation>免提 语音控制 声音 开始 停止 聆听 无障碍 辅助功能</translation>
    </message>
    <message>
        <source>Volume of the sounds</source>
        <translation>提示音音量</translation>
    </message>
    <message>
        <source>Wait at the end for</source>
        <translation>结束时的等待时间</translation>
    </message>
    <message>
        <source>Wait: aiOla's text replaces what this computer hears meanwhile</source>
        <translation>等待：用 aiOla 的文本替换这台电脑在此期间听到的内容</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>waiting for a phrase</source>
        <translation>正在等待口令</translation>
    </message>
    <message>
        <source>Waiting, continues at {confirmed}</source>
        <translation>等待中，将从 {confirmed} 处继续</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>WAV audio (*.wav)</source>
        <translation>WAV 音频 (*.wav)</translation>
    </message>
    <message>
        <source>Waveform</source>
        <translation>波形</translation>
    </message>
    <message>
        <source>Waveform of the recording</source>
        <translation>录音的波形</translation>
    </message>
    <message>
        <source>WebVTT subtitles</source>
        <translation>WebVTT 字幕</translation>
    </message>
    <message>
        <source>Welcome to Saywrite</source>
        <translation>欢迎使用 Saywrite</translation>
    </message>
    <message>
        <source>What answers as {host} has a certificate for another name.</source>
        <translation>以 {host} 名义应答者的证书属于另一个名称。</translation>
    </message>
    <message>
        <source>What has arrived is kept: {size}.</source>
        <translation>已收到的部分会保留：{size}。</translation>
    </message>
    <message>
        <source>What is in it now will be gone.</source>
        <translation>其中现有的内容将丢失。</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>新功能</translation>
    </message>
    <message>
        <source>What is on the clipboard comes too slowly from its program; it could not be saved, so it was left alone and the text typed into {program}.</source>
        <translation>剪贴板内容从其程序传来太慢，无法保存，因此未改动剪贴板，文本已以键入方式输入 {program}。</translation>
    </message>
    <message>
        <source>What is on the clipboard comes too slowly from its program; it could not be saved, so the text was not inserted.</source>
        <translation>剪贴板内容从其程序传来太慢，无法保存，因此未插入文本。</translation>
    </message>
    <message>
        <source>What is on the clipboard is larger than 64 MB; it could not be saved, so it was left alone and the text typed into {program}.</source>
        <translation>剪贴板内容超过 64 MB，无法保存，因此未改动剪贴板，文本已以键入方式输入 {program}。</translation>
    </message>
    <message>
        <source>What is on the clipboard is larger than 64 MB; it could not be saved, so the text was not inserted.</source>
        <translation>剪贴板内容超过 64 MB，无法保存，因此未插入文本。</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>作用</translation>
    </message>
    <message>
        <source>What it hears before a key is kept in memory for a moment, then forgotten.</source>
        <translation>按键之前听到的声音会在内存中短暂保留，然后清除。</translation>
    </message>
    <message>
        <source>What Saywrite hears</source>
        <translation>Saywrite 听到的声音</translation>
    </message>
    <message>
        <source>What was inserted is unchanged.</source>
        <translation>已插入的内容保持不变。</translation>
    </message>
    <message>
        <source>What you correct in a text is remembered on this computer, as long as its dictation is in the history.</source>
        <translation>只要听写仍在历史记录中，文本中所做的更正就会记在这台电脑上。</translation>
    </message>
    <message>
        <source>What you dictated stays in the history.</source>
        <translation>听写的内容保留在历史记录中。</translation>
    </message>
    <message>
        <source>What you said is kept. Press the key to go on.</source>
        <translation>所说的话会保留。按下按键可继续。</translation>
    </message>
    <message>
        <source>What you said is kept. Say the phrase again to go on.</source>
        <translation>所说的话会保留。再说一次口令可继续。</translation>
    </message>
    <message>
        <source>What you said is kept. Saywrite waits for the phrase again when the screen is unlocked.</source>
        <translation>所说的话会保留。屏幕解锁后，Saywrite 会再次等待口令。</translation>
    </message>
    <message>
        <source>What you say shortly before the key press is written, too. The microphone then stays open between dictations; older sound is forgotten at once.</source>
        <translation>按键前不久所说的话也会写出。为此，麦克风在两次听写之间保持打开；更早的声音会立即清除。</translation>
    </message>
    <message>
        <source>What's new</source>
        <translation>新功能</translation>
    </message>
    <message>
        <source>When aiOla cannot be reached</source>
        <translation>无法连接 aiOla 时</translation>
    </message>
    <message>
        <source>When each paragraph begins. Ctrl+Enter in the text plays the sentence at the cursor.</source>
        <translation>每个段落开始的时间。在文本中按 Ctrl+Enter 播放光标处的句子。</translation>
    </message>
    <message>
        <source>When each paragraph begins. Enter in the text plays from the word at the cursor.</source>
        <translation>每个段落开始的时间。在文本中按 Enter 键，从光标处的词开始播放。</translation>
    </message>
    <message>
        <source>When I &amp;hear</source>
        <translation>听到(&amp;H)</translation>
    </message>
    <message>
        <source>When I say</source>
        <translation>读法</translation>
    </message>
    <message>
        <source>When the recognizer sets no punctuation</source>
        <translation>识别引擎不加标点时</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>去向</translation>
    </message>
    <message>
        <source>Where &amp;my speech went…</source>
        <translation>语音去向(&amp;M)…</translation>
    </message>
    <message>
        <source>Where my speech went – Saywrite</source>
        <translation>语音去向 – Saywrite</translation>
    </message>
    <message>
        <source>Where my speech went, by month</source>
        <translation>按月份统计的语音去向</translation>
    </message>
    <message>
        <source>Which texts are shown</source>
        <translation>显示哪些文本</translation>
    </message>
    <message>
        <source>While you dictate, use headphones: a microphone near a loudspeaker hears what is read.</source>
        <translation>听写时请使用耳机：靠近扬声器的麦克风会收到朗读的声音。</translation>
    </message>
    <message>
        <source>whisper engine</source>
        <translation>whisper 引擎 语音识别</translation>
    </message>
    <message>
        <source>Who writes</source>
        <translation>由谁转写</translation>
    </message>
    <message>
        <source>Who writes what you say?</source>
        <translation>由谁转写所说的话？</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>Windows does not report {chord} to other programs.</source>
        <translation>Windows 不会将 {chord} 告知其他程序。</translation>
    </message>
    <message>
        <source>Windows refused it ({reason}).</source>
        <translation>Windows 拒绝了请求（{reason}）。</translation>
    </message>
    <message>
        <source>Windows reports no key to Saywrite any more.</source>
        <translation>Windows 不再将按键告知 Saywrite。</translation>
    </message>
    <message>
        <source>With a higher value, only clear speech is written.</source>
        <translation>值越高，越只写出清晰的语音。</translation>
    </message>
    <message>
        <source>With less motion, the overlay's level moves rarely.</source>
        <translation>减少动态效果时，悬浮窗的电平很少变动。</translation>
    </message>
    <message>
        <source>Without text yet</source>
        <translation>尚无文本的部分</translation>
    </message>
    <message>
        <source>Without {name} all texts would have the same name.</source>
        <translation>没有 {name}，所有文本的名称都会相同。</translation>
    </message>
    <message>
        <source>Words as they come</source>
        <translation>随说随读</translation>
    </message>
    <message>
        <source>Words it should know</source>
        <translation>需要认识的词</translation>
    </message>
    <message>
        <source>words vocabulary dictionary lab learn correct</source>
        <translation>词语 词汇 词典 字典 词库 实验室 学习 更正 纠正</translation>
    </message>
    <message>
        <source>Workflow</source>
        <translation>工作流</translation>
    </message>
    <message>
        <source>Works without a network. What you say does not leave this computer.</source>
        <translation>无需网络即可工作。所说的内容不会离开这台电脑。</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>写法</translation>
    </message>
    <message>
        <source>Write a space instead</source>
        <translation>改写为空格</translation>
    </message>
    <message>
        <source>Write each modifier once.</source>
        <translation>每个修饰键只写一次。</translation>
    </message>
    <message>
        <source>Write it like Ctrl+Alt+Space, F9 or Right Ctrl.</source>
        <translation>请写成 Ctrl+Alt+Space、F9 或 Right Ctrl 的形式。</translation>
    </message>
    <message>
        <source>Write the whole path of the folder, or an address that begins with https://.</source>
        <translation>请写出文件夹的完整路径，或以 https:// 开头的地址。</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>正在转写…</translation>
    </message>
    <message>
        <source>written</source>
        <translation>写法</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>You can already speak: your words are recorded, and written as soon as the model is here.</source>
        <translation>现在就可以说话：所说的话会先录下来，模型就绪后立即写出。</translation>
    </message>
    <message>
        <source>You can change this at any time.</source>
        <translation>可随时更改。</translation>
    </message>
    <message>
        <source>You can listen again to a recording that is kept. It stays on this computer.</source>
        <translation>保留的录音可以重听。录音只留在这台电脑上。</translation>
    </message>
    <message>
        <source>You changed keywords and did not apply the changes.</source>
        <translation>关键词已更改，但尚未应用更改。</translation>
    </message>
    <message>
        <source>You changed the text and did not save it.</source>
        <translation>文本已更改，但尚未保存。</translation>
    </message>
    <message>
        <source>You corrected these words in your texts.</source>
        <translation>这些词曾在文本中被更正。</translation>
    </message>
    <message numerus="yes">
        <source>You stopped before {n} recordings: their texts were used.</source>
        <extracomment>Singular: You stopped before {n} recording: its text was used.</extracomment>
        <translation>
            <numerusform>还剩 {n} 段录音时已停止：这些录音使用了原有文本。</numerusform>
        </translation>
    </message>
    <message>
        <source>You went to another window before the text was there.</source>
        <translation>文本就绪前切换到了另一个窗口。</translation>
    </message>
    <message>
        <source>Your words appear here as you say them. Press Stop when you are done.</source>
        <translation>所说的话会随即显示在这里。完成后按“停止”。</translation>
    </message>
    <message>
        <source>Your words are recorded. They are written as soon as the model is here.</source>
        <translation>所说的话会先录下来。模型就绪后会立即写出。</translation>
    </message>
    <message>
        <source>Your words are written as soon as the model is here.</source>
        <translation>模型就绪后，所说的话会立即写出。</translation>
    </message>
    <message>
        <source>{added:,} added</source>
        <translation>已添加 {added:,} 个</translation>
    </message>
    <message>
        <source>{cells} columns instead of 2; put quotation marks around text with a comma.</source>
        <translation>有 {cells} 列，而不是 2 列；含逗号的文本请加引号。</translation>
    </message>
    <message>
        <source>{changed:,} changed</source>
        <translation>已更改 {changed:,} 个</translation>
    </message>
    <message>
        <source>{chord} is already your other key.</source>
        <translation>{chord} 已是另一个按键。</translation>
    </message>
    <message>
        <source>{chord} is needed for writing: add Ctrl, Alt or Super.</source>
        <translation>输入文字需要用到 {chord}：请加上 Ctrl、Alt 或 Super。</translation>
    </message>
    <message>
        <source>{chord} usually {purpose}.</source>
        <translation>{chord} 的通常作用：{purpose}。</translation>
    </message>
    <message>
        <source>{column}, keyword {row}</source>
        <translation>{column}，关键词 {row}</translation>
    </message>
    <message>
        <source>{confirmed} of {length}</source>
        <translation>{confirmed} / {length}</translation>
    </message>
    <message>
        <source>{day:%A}, {day:%B} {number}</source>
        <translation>{day:%B}{number}日，{day:%A}</translation>
    </message>
    <message>
        <source>{day:%A}, {day:%B} {number}, {year}</source>
        <translation>{year}年{day:%B}{number}日，{day:%A}</translation>
    </message>
    <message>
        <source>{device} (not connected)</source>
        <translation>{device}（未连接）</translation>
    </message>
    <message>
        <source>{device} is open all the time, as you chose.</source>
        <translation>按照设置，{device} 始终打开。</translation>
    </message>
    <message>
        <source>{dictations} exported to {name}</source>
        <translation>已将 {dictations}导出到 {name}</translation>
    </message>
    <message>
        <source>{dictations}, {length} in all</source>
        <translation>{dictations}，共 {length}</translation>
    </message>
    <message numerus="yes">
        <source>{done} of {n:,} files done</source>
        <extracomment>Singular: {done} of {n:,} file done</extracomment>
        <translation>
            <numerusform>已完成 {done} 个文件，共 {n:,} 个</numerusform>
        </translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} / {total}</translation>
    </message>
    <message>
        <source>{download_bytes} to download · {disk_bytes} on disk · {memory_bytes} of memory · {license} license</source>
        <translation>下载 {download_bytes} · 磁盘 {disk_bytes} · 内存 {memory_bytes} · {license} 许可证</translation>
    </message>
    <message>
        <source>{file} cannot be read: {error}</source>
        <translation>无法读取 {file}：{error}</translation>
    </message>
    <message>
        <source>{file} was written by a newer version of Saywrite; what this one knows is used.</source>
        <translation>{file} 由更新版本的 Saywrite 写入；将使用此版本能识别的内容。</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Its default is used: {shown}.</source>
        <translation>{file}：{name} {problem}。将使用其默认值：{shown}。</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Nothing leaves this computer until it is corrected.</source>
        <translation>{file}：{name} {problem}。更正之前，任何内容都不会离开这台电脑。</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Recordings are kept until it is corrected.</source>
        <translation>{file}：{name} {problem}。更正之前，录音会一直保留。</translation>
    </message>
    <message>
        <source>{folder} belongs to another user; commands from other programs are not taken.</source>
        <translation>{folder} 属于其他用户；不接受来自其他程序的命令。</translation>
    </message>
    <message>
        <source>{folder} is a link; commands from other programs are not taken.</source>
        <translation>{folder} 是链接；不接受来自其他程序的命令。</translation>
    </message>
    <message>
        <source>{folder} is no folder; commands from other programs are not taken.</source>
        <translation>{folder} 不是文件夹；不接受来自其他程序的命令。</translation>
    </message>
    <message>
        <source>{folder} is open to other users ({mode:03o}); commands from other programs are not taken.</source>
        <translation>{folder} 对其他用户开放（{mode:03o}）；不接受来自其他程序的命令。</translation>
    </message>
    <message>
        <source>{format} ({suffix})</source>
        <translation>{format} ({suffix})</translation>
    </message>
    <message>
        <source>{found:,} found</source>
        <translation>找到 {found:,} 处</translation>
    </message>
    <message>
        <source>{freed} of disk space become free. It can be downloaded again at any time.</source>
        <translation>将释放 {freed} 磁盘空间。可随时重新下载。</translation>
    </message>
    <message>
        <source>{go_on} See the settings.</source>
        <translation>{go_on}请查看设置。</translation>
    </message>
    <message>
        <source>{host} cannot prove who it is: this computer does not trust its certificate.</source>
        <translation>{host} 无法证明其身份：这台电脑不信任其证书。</translation>
    </message>
    <message>
        <source>{host} closed the connection ({code}).</source>
        <translation>{host} 关闭了连接（{code}）。</translation>
    </message>
    <message>
        <source>{host} closed the connection.</source>
        <translation>{host} 关闭了连接。</translation>
    </message>
    <message>
        <source>{host} closed the session.</source>
        <translation>{host} 关闭了会话。</translation>
    </message>
    <message>
        <source>{host} does not accept the API key.</source>
        <translation>{host} 不接受该 API 密钥。</translation>
    </message>
    <message>
        <source>{host} does not accept the request ({detail}).</source>
        <translation>{host} 不接受该请求（{detail}）。</translation>
    </message>
    <message>
        <source>{host} does not answer.</source>
        <translation>{host} 没有响应。</translation>
    </message>
    <message>
        <source>{host} does not know this workflow.</source>
        <translation>{host} 不认识此工作流。</translation>
    </message>
    <message>
        <source>{host} does not take this sound: its format or its length.</source>
        <translation>{host} 不接受此声音：其格式或长度不符。</translation>
    </message>
    <message>
        <source>{host} ended the connection.</source>
        <translation>{host} 结束了连接。</translation>
    </message>
    <message>
        <source>{host} gave an answer that makes no sense (while {doing}).</source>
        <translation>{host} 的响应无法理解（操作：{doing}）。</translation>
    </message>
    <message>
        <source>{host} gives out an access token that has expired.</source>
        <translation>{host} 发放的访问令牌已过期。</translation>
    </message>
    <message>
        <source>{host} gives this computer no access token.</source>
        <translation>{host} 未向这台电脑提供访问令牌。</translation>
    </message>
    <message>
        <source>{host} has a problem of its own ({detail}, while {doing}).</source>
        <translation>{host} 自身出现问题（{detail}，操作：{doing}）。</translation>
    </message>
    <message>
        <source>{host} has had too many requests from this account.</source>
        <translation>{host} 收到的来自此账户的请求过多。</translation>
    </message>
    <message>
        <source>{host} has no aiOla service at this address.</source>
        <translation>{host} 在此地址没有 aiOla 服务。</translation>
    </message>
    <message>
        <source>{host} is not found.</source>
        <translation>找不到 {host}。</translation>
    </message>
    <message>
        <source>{host} no longer accepts the access token.</source>
        <translation>{host} 不再接受该访问令牌。</translation>
    </message>
    <message>
        <source>{host} reports an error ({detail}, while {doing}).</source>
        <translation>{host} 报告错误（{detail}，操作：{doing}）。</translation>
    </message>
    <message>
        <source>{host} sends a text that is far too long.</source>
        <translation>{host} 发送的文本过长。</translation>
    </message>
    <message>
        <source>{host} sends far more than belongs to this sound.</source>
        <translation>{host} 发送的内容远多于此声音所应有的。</translation>
    </message>
    <message>
        <source>{host} takes no connection.</source>
        <translation>{host} 不接受连接。</translation>
    </message>
    <message>
        <source>{host} was not contacted, because nothing may leave this computer.</source>
        <translation>未连接 {host}，因为设置为任何内容都不得离开这台电脑。</translation>
    </message>
    <message>
        <source>{host}, or a gateway on the way to it, accepts no WebSocket ({detail}).</source>
        <translation>{host} 或途中的网关不接受 WebSocket（{detail}）。</translation>
    </message>
    <message>
        <source>{hours} h</source>
        <translation>{hours} 小时</translation>
    </message>
    <message>
        <source>{hours} h left</source>
        <translation>剩余 {hours} 小时</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} 小时 {minutes} 分钟</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min left</source>
        <translation>剩余 {hours} 小时 {minutes} 分钟</translation>
    </message>
    <message>
        <source>{keywords} exported to {name}.</source>
        <translation>已将 {keywords}导出到 {name}。</translation>
    </message>
    <message>
        <source>{key} can only be used alone, not with other keys.</source>
        <translation>{key} 只能单独使用，不能与其他按键组合。</translation>
    </message>
    <message>
        <source>{key} no longer works in combinations with other keys.</source>
        <translation>{key} 将不能再与其他按键组合使用。</translation>
    </message>
    <message>
        <source>{key} This is how it works in every program.</source>
        <translation>{key}在任何程序中都是这样操作。</translation>
    </message>
    <message>
        <source>{label} (default)</source>
        <translation>{label}（默认）</translation>
    </message>
    <message>
        <source>{label} ({size}) was not downloaded: the connection is metered.</source>
        <translation>未下载 {label}（{size}）：当前是按流量计费的连接。</translation>
    </message>
    <message>
        <source>{label} account…</source>
        <translation>{label} 账户…</translation>
    </message>
    <message>
        <source>{label} cannot be converted: {error}.</source>
        <translation>无法转换 {label}：{error}。</translation>
    </message>
    <message>
        <source>{label} cannot be downloaded: its files are not verified.</source>
        <translation>无法下载 {label}：其文件未经验证。</translation>
    </message>
    <message>
        <source>{label} cannot be read: {reason}.</source>
        <translation>无法读取 {label}：{reason}。</translation>
    </message>
    <message>
        <source>{label} cannot be removed: {reason}.</source>
        <translation>无法移除 {label}：{reason}。</translation>
    </message>
    <message>
        <source>{label} could not be downloaded ({reasons}).</source>
        <translation>无法下载 {label}（{reasons}）。</translation>
    </message>
    <message>
        <source>{label} delivered no sound.</source>
        <translation>{label} 没有传来声音。</translation>
    </message>
    <message>
        <source>{label} delivers no sound.</source>
        <translation>{label} 没有传来声音。</translation>
    </message>
    <message>
        <source>{label} delivers nothing but silence.</source>
        <translation>{label} 只传来静音。</translation>
    </message>
    <message>
        <source>{label} does not know {name}.</source>
        <translation>{label} 不支持{name}。</translation>
    </message>
    <message>
        <source>{label} is back.</source>
        <translation>{label} 已恢复。</translation>
    </message>
    <message>
        <source>{label} is being downloaded by another Saywrite.</source>
        <translation>另一个 Saywrite 正在下载 {label}。</translation>
    </message>
    <message>
        <source>{label} is being downloaded: {arrived}</source>
        <translation>正在下载 {label}：{arrived}</translation>
    </message>
    <message>
        <source>{label} is being prepared for this computer.</source>
        <translation>正在为这台电脑准备 {label}。</translation>
    </message>
    <message>
        <source>{label} is damaged: its files are incomplete or were changed.</source>
        <translation>{label} 已损坏：文件不完整或被更改。</translation>
    </message>
    <message>
        <source>{label} is damaged: {files}. It is no longer used.</source>
        <translation>{label} 已损坏：{files}。已不再使用。</translation>
    </message>
    <message>
        <source>{label} is muted.</source>
        <translation>{label} 已静音。</translation>
    </message>
    <message>
        <source>{label} is not connected. Using {other} until it is.</source>
        <translation>{label} 未连接。在其连接之前使用 {other}。</translation>
    </message>
    <message>
        <source>{label} is not connected. Using {other}.</source>
        <translation>{label} 未连接。正在使用 {other}。</translation>
    </message>
    <message>
        <source>{label} is not on this computer yet.</source>
        <translation>{label} 尚未下载到这台电脑。</translation>
    </message>
    <message>
        <source>{label} is not on this computer.</source>
        <translation>{label} 不在这台电脑上。</translation>
    </message>
    <message>
        <source>{label} is part of the installation and stays.</source>
        <translation>{label} 是安装的一部分，不会移除。</translation>
    </message>
    <message>
        <source>{label} is very quiet.</source>
        <translation>{label} 的声音很小。</translation>
    </message>
    <message>
        <source>{label} was damaged while it was converted.</source>
        <translation>{label} 在转换过程中损坏。</translation>
    </message>
    <message>
        <source>{label} was not available.</source>
        <translation>{label} 当时不可用。</translation>
    </message>
    <message>
        <source>{label} was unplugged. Using {other} until it is back.</source>
        <translation>{label} 已拔出。在其重新接入之前使用 {other}。</translation>
    </message>
    <message>
        <source>{label} was unplugged. Using {other}.</source>
        <translation>{label} 已拔出。正在使用 {other}。</translation>
    </message>
    <message>
        <source>{label} went away.</source>
        <translation>{label} 已断开。</translation>
    </message>
    <message>
        <source>{label}: choose a folder</source>
        <translation>{label}：选择文件夹</translation>
    </message>
    <message>
        <source>{length} at {at}: {cause}</source>
        <translation>{at} 处 {length}：{cause}</translation>
    </message>
    <message>
        <source>{length} of sound is missing {where}: {cause}</source>
        <translation>缺失 {length} 的声音（{where}）：{cause}</translation>
    </message>
    <message>
        <source>{length} of sound missing</source>
        <translation>缺失 {length} 的声音</translation>
    </message>
    <message>
        <source>{length} of sound missing: {cause}</source>
        <translation>缺失 {length} 的声音：{cause}</translation>
    </message>
    <message>
        <source>{length} of speech stayed on this computer</source>
        <translation>{length} 的语音留在这台电脑上</translation>
    </message>
    <message numerus="yes">
        <source>{length} recorded, {n:,} utterances.</source>
        <extracomment>Singular: {length} recorded, {n:,} utterance.</extracomment>
        <translation>
            <numerusform>已录音 {length}，{n:,} 个语句。</numerusform>
        </translation>
    </message>
    <message>
        <source>{length} went to {host} ({bytes})</source>
        <translation>{length} 发送到 {host}（{bytes}）</translation>
    </message>
    <message>
        <source>{megabytes:,.0f} MB</source>
        <translation>{megabytes:,.0f} MB</translation>
    </message>
    <message>
        <source>{method} knows only the options engine, language and activation-token, as text.</source>
        <translation>{method} 只支持选项 engine、language 和 activation-token，且须为文本。</translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation>{minutes} 分钟</translation>
    </message>
    <message>
        <source>{minutes} min left</source>
        <translation>剩余 {minutes} 分钟</translation>
    </message>
    <message>
        <source>{minutes} min {seconds} s</source>
        <translation>{minutes} 分 {seconds} 秒</translation>
    </message>
    <message>
        <source>{missing}, at {at}.</source>
        <translation>{missing}，在 {at} 处。</translation>
    </message>
    <message>
        <source>{model} on this computer</source>
        <translation>这台电脑上的 {model}</translation>
    </message>
    <message>
        <source>{model} on your last dictation</source>
        <translation>用最近一次听写试用 {model}</translation>
    </message>
    <message>
        <source>{model} · on this computer</source>
        <translation>{model} · 这台电脑</translation>
    </message>
    <message>
        <source>{month:%B} {year}</source>
        <translation>{year}年{month:%B}</translation>
    </message>
    <message numerus="yes">
        <source>{n:,} bytes</source>
        <extracomment>Singular: {n:,} byte</extracomment>
        <translation>
            <numerusform>{n:,} 字节</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations</source>
        <extracomment>Singular: {n:,} dictation</extracomment>
        <translation>
            <numerusform>{n:,} 次听写</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations deleted.</source>
        <extracomment>Singular: {n:,} dictation deleted.</extracomment>
        <translation>
            <numerusform>已删除 {n:,} 次听写。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords</source>
        <extracomment>Singular: {n:,} keyword</extracomment>
        <translation>
            <numerusform>{n:,} 个关键词</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords removed.</source>
        <extracomment>Singular: {n:,} keyword removed.</extracomment>
        <translation>
            <numerusform>已移除 {n:,} 个关键词。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} lines left out:</source>
        <extracomment>Singular: {n:,} line left out:</extracomment>
        <translation>
            <numerusform>略去 {n:,} 行：</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} more messages</source>
        <extracomment>Singular: {n:,} more message</extracomment>
        <translation>
            <numerusform>另外 {n:,} 条消息</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} more places</source>
        <extracomment>Singular: {n:,} more place</extracomment>
        <translation>
            <numerusform>另外 {n:,} 处</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} segments</source>
        <extracomment>Singular: {n:,} segment</extracomment>
        <translation>
            <numerusform>{n:,} 个片段</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} unfinished dictations</source>
        <extracomment>Singular: {n:,} unfinished dictation</extracomment>
        <translation>
            <numerusform>{n:,} 次未完成的听写</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} utterances</source>
        <extracomment>Singular: {n:,} utterance</extracomment>
        <translation>
            <numerusform>{n:,} 个语句</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} utterances waiting for text.</source>
        <extracomment>Singular: {n:,} utterance waiting for text.</extracomment>
        <translation>
            <numerusform>{n:,} 个语句等待文本。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} words</source>
        <extracomment>Singular: {n:,} word</extracomment>
        <translation>
            <numerusform>{n:,} 个词</numerusform>
        </translation>
    </message>
    <message>
        <source>{names} and {last}</source>
        <translation>{names}和{last}</translation>
    </message>
    <message numerus="yes">
        <source>{names} and {n} more</source>
        <extracomment>Singular: {names} and {n} more</extracomment>
        <translation>
            <numerusform>{names}以及另外 {n} 种</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} cannot be read: {reason}.</source>
        <translation>无法读取 {name}：{reason}。</translation>
    </message>
    <message>
        <source>{name} for transcribing again</source>
        <translation>用于重新转写的{name}</translation>
    </message>
    <message>
        <source>{name} holds no keyring yet; it asks for a password when a key is saved.</source>
        <translation>{name} 中还没有密钥环；保存密钥时会要求设置密码。</translation>
    </message>
    <message>
        <source>{name} is locked; it asks for its password when the key is needed.</source>
        <translation>{name} 已锁定；需要密钥时会要求输入密码。</translation>
    </message>
    <message>
        <source>{name} – not in {label}</source>
        <translation>{name} – {label} 不支持</translation>
    </message>
    <message>
        <source>{name}: recording from {device}</source>
        <translation>{name}：正在使用 {device} 录音</translation>
    </message>
    <message>
        <source>{name}: {changes}.</source>
        <translation>{name}：{changes}。</translation>
    </message>
    <message>
        <source>{number:,} of {found:,}</source>
        <translation>{number:,} / {found:,}</translation>
    </message>
    <message>
        <source>{number} {unit}</source>
        <translation>{number} {unit}</translation>
    </message>
    <message numerus="yes">
        <source>{n} corrections deleted; their texts stay.</source>
        <extracomment>Singular: {n} correction deleted; its text stays.</extracomment>
        <translation>
            <numerusform>已删除 {n} 处更正；其文本保留。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} days</source>
        <extracomment>Singular: {n} day</extracomment>
        <translation>
            <numerusform>{n} 天</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} dictations have no recording: their texts were used.</source>
        <extracomment>Singular: {n} dictation has no recording: its text was used.</extracomment>
        <translation>
            <numerusform>{n} 次听写没有录音：使用了原有文本。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} hits.</source>
        <extracomment>Singular: {n} hit.</extracomment>
        <translation>
            <numerusform>{n} 处匹配。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} keywords to check.</source>
        <extracomment>Singular: {n} keyword to check.</extracomment>
        <translation>
            <numerusform>{n} 个关键词需要检查。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} minutes</source>
        <extracomment>Singular: {n} minute</extracomment>
        <translation>
            <numerusform>{n} 分钟</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} of {all} dictations change.</source>
        <extracomment>Singular: {n} of {all} dictations changes.</extracomment>
        <translation>
            <numerusform>{all} 次听写中有 {n} 次改变。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} recordings were recognized again.</source>
        <extracomment>Singular: {n} recording was recognized again.</extracomment>
        <translation>
            <numerusform>已重新识别 {n} 段录音。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} seconds</source>
        <extracomment>Singular: {n} second</extracomment>
        <translation>
            <numerusform>{n} 秒</numerusform>
        </translation>
    </message>
    <message>
        <source>{path} cannot be changed by Saywrite.</source>
        <translation>Saywrite 无法更改 {path}。</translation>
    </message>
    <message>
        <source>{path} cannot be read ({reason}). The defaults are used.</source>
        <translation>无法读取 {path}（{reason}）。将使用默认值。</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation>无法读取 {path}：{reason}。</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}. There are no keywords.</source>
        <translation>无法读取 {path}：{reason}。没有可用的关键词。</translation>
    </message>
    <message>
        <source>{path} cannot be used ({reason}).</source>
        <translation>无法使用 {path}（{reason}）。</translation>
    </message>
    <message>
        <source>{path} is not a history of Saywrite. It was left as it is.</source>
        <translation>{path} 不是 Saywrite 的历史记录。已保持原样。</translation>
    </message>
    <message>
        <source>{path} is not a settings file ({error}).</source>
        <translation>{path} 不是设置文件（{error}）。</translation>
    </message>
    <message>
        <source>{path} is not a settings file.</source>
        <translation>{path} 不是设置文件。</translation>
    </message>
    <message>
        <source>{path} is where Saywrite's socket should be; commands from other programs are not taken.</source>
        <translation>{path} 占用了 Saywrite 套接字应在的位置；不接受来自其他程序的命令。</translation>
    </message>
    <message>
        <source>{path} was not saved: {reason}.</source>
        <translation>未保存 {path}：{reason}。</translation>
    </message>
    <message>
        <source>{path}, line {line}: {what}</source>
        <translation>{path}，第 {line} 行：{what}</translation>
    </message>
    <message>
        <source>{path}: {what} It was kept as {name} beside it, and there are no keywords. Repair that file, then import it in the keyword list.</source>
        <translation>{path}：{what}该文件已在原处保留为 {name}，目前没有关键词。请修复该文件，然后在关键词列表中导入。</translation>
    </message>
    <message>
        <source>{path}: {what} It was left as it is, and there are no keywords. Repair or move it.</source>
        <translation>{path}：{what}该文件已保持原样，目前没有关键词。请修复或移动它。</translation>
    </message>
    <message>
        <source>{place} cannot be written ({error})</source>
        <translation>无法写入 {place}（{error}）</translation>
    </message>
    <message>
        <source>{place} cannot be written ({error}).</source>
        <translation>无法写入 {place}（{error}）。</translation>
    </message>
    <message>
        <source>{place} is on a read-only disk</source>
        <translation>{place} 位于只读磁盘上</translation>
    </message>
    <message>
        <source>{place} is on a read-only disk.</source>
        <translation>{place} 位于只读磁盘上。</translation>
    </message>
    <message>
        <source>{position} of {length}</source>
        <translation>{position} / {length}</translation>
    </message>
    <message>
        <source>{program} could not be brought to the front, so nothing was undone.</source>
        <translation>无法将 {program} 置于前台，因此未撤销任何内容。</translation>
    </message>
    <message>
        <source>{program} did not read the text.</source>
        <translation>{program} 没有读取文本。</translation>
    </message>
    <message>
        <source>{program} did not receive the text</source>
        <translation>{program} 没有收到文本</translation>
    </message>
    <message>
        <source>{program} does not report whether you have typed there since, so nothing was undone.</source>
        <translation>{program} 不会告知此后是否在其中输入过内容，因此未撤销任何内容。</translation>
    </message>
    <message>
        <source>{program} received the text</source>
        <translation>{program} 收到了文本</translation>
    </message>
    <message>
        <source>{program} was sent the text; no confirmation came</source>
        <translation>已将文本发送到 {program}；未收到确认</translation>
    </message>
    <message>
        <source>{recognizer} for {segments}</source>
        <translation>{recognizer}（{segments}）</translation>
    </message>
    <message>
        <source>{recognizer}: {languages}.</source>
        <translation>{recognizer}：{languages}。</translation>
    </message>
    <message>
        <source>{rest} in {places}</source>
        <translation>{places}，{rest}</translation>
    </message>
    <message>
        <source>{seconds:.0f} s</source>
        <translation>{seconds:.0f} 秒</translation>
    </message>
    <message>
        <source>{seconds:.0f} s of the dictation have no text: {why}.</source>
        <translation>听写中有 {seconds:.0f} 秒没有文本：{why}。</translation>
    </message>
    <message>
        <source>{seconds:.2f} s</source>
        <translation>{seconds:.2f} 秒</translation>
    </message>
    <message>
        <source>{seconds:g} seconds</source>
        <translation>{seconds:g} 秒</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} 秒</translation>
    </message>
    <message>
        <source>{seconds} s left</source>
        <translation>剩余 {seconds} 秒</translation>
    </message>
    <message>
        <source>{sent} sent to {host}, {received} received</source>
        <translation>已向 {host} 发送 {sent}，接收 {received}</translation>
    </message>
    <message>
        <source>{setting} (not connected)</source>
        <translation>{setting}（未连接）</translation>
    </message>
    <message>
        <source>{target} already exists.</source>
        <translation>{target} 已存在。</translation>
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
        <translation>{time} · {start} 处</translation>
    </message>
    <message>
        <source>{unknown} is not known. Use {{name}}, {{date}} or {{language}}.</source>
        <translation>无法识别 {unknown}。请使用 {{name}}、{{date}} 或 {{language}}。</translation>
    </message>
    <message>
        <source>{value} percent</source>
        <translation>{value}%</translation>
    </message>
    <message>
        <source>{variable} is set in the environment and wins: {value}</source>
        <translation>环境变量 {variable} 已设置，优先使用：{value}</translation>
    </message>
    <message>
        <source>{variable} is set in the environment: that key is used, whatever is saved here.</source>
        <translation>环境变量 {variable} 已设置：无论此处保存什么，都使用该密钥。</translation>
    </message>
    <message numerus="yes">
        <source>{words:,} of {n:,} words</source>
        <extracomment>Singular: {words:,} of {n:,} word</extracomment>
        <translation>
            <numerusform>{n:,} 个词中有 {words:,} 个</numerusform>
        </translation>
    </message>
    <message>
        <source>{words} in {segments}</source>
        <translation>{words}，{segments}</translation>
    </message>
    <message>
        <source>{words}, {failed} failed</source>
        <translation>{words}，{failed} 个失败</translation>
    </message>
    <message>
        <source>{{name}} is the name of the sound file, {{date}} is today, {{language}} the language. The ending chooses the format: {suffixes}.</source>
        <translation>{{name}} 是声音文件的名称，{{date}} 是今天的日期，{{language}} 是语言。结尾决定格式：{suffixes}。</translation>
    </message>
    <message>
        <source>“Default” is the one chosen in the system's settings.</source>
        <translation>“默认”是在系统设置中选择的设备。</translation>
    </message>
    <message>
        <source>“Listen” plays the sounds for start, end and failure, one after the other.</source>
        <translation>“试听”会依次播放开始、结束和失败的提示音。</translation>
    </message>
    <message>
        <source>“saywrite doctor” tells more.</source>
        <translation>“saywrite doctor”可提供更多信息。</translation>
    </message>
    <message>
        <source>“{file}” was not transcribed. {what}</source>
        <translation>“{file}”未转写。{what}</translation>
    </message>
    <message>
        <source>“{name}” breaks off: its end, without which nothing of it can be decoded, is missing.</source>
        <translation>“{name}”不完整：缺少结尾，没有结尾就无法解码。</translation>
    </message>
    <message>
        <source>“{name}” breaks off: {seconds:.1f} s could be read.</source>
        <translation>“{name}”不完整：只能读取 {seconds:.1f} 秒。</translation>
    </message>
    <message>
        <source>“{name}” breaks off: {seconds:.1f} s of {whole:.1f} s could be read.</source>
        <translation>“{name}”不完整：{whole:.1f} 秒中只能读取 {seconds:.1f} 秒。</translation>
    </message>
    <message>
        <source>“{name}” cannot be decoded.</source>
        <translation>无法解码“{name}”。</translation>
    </message>
    <message>
        <source>“{name}” cannot be read: {reason}.</source>
        <translation>无法读取“{name}”：{reason}。</translation>
    </message>
    <message>
        <source>“{name}” could not be read: {reason}.</source>
        <translation>无法读取“{name}”：{reason}。</translation>
    </message>
    <message>
        <source>“{name}” exists already.</source>
        <translation>“{name}”已存在。</translation>
    </message>
    <message>
        <source>“{name}” exists already. Replace it?</source>
        <translation>“{name}”已存在。要替换吗？</translation>
    </message>
    <message>
        <source>“{name}” has a header but holds no sound.</source>
        <translation>“{name}”有文件头，但没有声音。</translation>
    </message>
    <message>
        <source>“{name}” has sound of a kind that cannot be decoded here, or that is protected against copying.</source>
        <translation>“{name}”的声音类型无法在此解码，或受复制保护。</translation>
    </message>
    <message>
        <source>“{name}” holds no sound.</source>
        <translation>“{name}”中没有声音。</translation>
    </message>
    <message>
        <source>“{name}” in “{text}” is not a modifier.</source>
        <translation>“{text}”中的“{name}”不是修饰键。</translation>
    </message>
    <message>
        <source>“{name}” is a folder.</source>
        <translation>“{name}”是文件夹。</translation>
    </message>
    <message>
        <source>“{name}” is damaged: nothing of it can be decoded.</source>
        <translation>“{name}”已损坏：完全无法解码。</translation>
    </message>
    <message>
        <source>“{name}” is damaged: {seconds:.1f} s of it could not be decoded.</source>
        <translation>“{name}”已损坏：其中 {seconds:.1f} 秒无法解码。</translation>
    </message>
    <message>
        <source>“{name}” is empty (0 bytes).</source>
        <translation>“{name}”为空（0 字节）。</translation>
    </message>
    <message>
        <source>“{name}” is not a file.</source>
        <translation>“{name}”不是文件。</translation>
    </message>
    <message>
        <source>“{name}” is not a sound file that can be decoded here.</source>
        <translation>“{name}”不是可在此解码的声音文件。</translation>
    </message>
    <message>
        <source>“{name}” is too large for a list of keywords.</source>
        <translation>“{name}”太大，不能作为关键词列表。</translation>
    </message>
    <message>
        <source>“{name}” is very quiet: no speech was found in it.</source>
        <translation>“{name}”声音很小：其中未找到语音。</translation>
    </message>
    <message>
        <source>“{name}” may not be read.</source>
        <translation>没有读取“{name}”的权限。</translation>
    </message>
    <message>
        <source>“{name}” was not exported.</source>
        <translation>“{name}”未导出。</translation>
    </message>
    <message>
        <source>“{name}” was not exported: {reason}.</source>
        <translation>“{name}”未导出：{reason}。</translation>
    </message>
    <message>
        <source>“{name}” was not written: {reason}.</source>
        <translation>“{name}”未写入：{reason}。</translation>
    </message>
    <message>
        <source>“{spoken}” is in none of these dictations.</source>
        <translation>这些听写中都没有“{spoken}”。</translation>
    </message>
    <message>
        <source>“{spoken}” is in {some} of {all} dictations: check that it always means this.</source>
        <translation>“{spoken}”出现在 {all} 次听写中的 {some} 次：请检查它是否始终是此意。</translation>
    </message>
    <message>
        <source>“{spoken}” is listed again further down: that one counts.</source>
        <translation>“{spoken}”在下方再次列出：以那一条为准。</translation>
    </message>
    <message>
        <source>“{spoken}” is not suggested again.</source>
        <translation>不再建议“{spoken}”。</translation>
    </message>
    <message>
        <source>“{spoken}” is ordinary speech: it would be replaced everywhere.</source>
        <translation>“{spoken}”是日常用语：会在各处被替换。</translation>
    </message>
    <message>
        <source>“{spoken}” was added to the list; press Apply to use it.</source>
        <translation>“{spoken}”已加入列表；按“应用”后生效。</translation>
    </message>
    <message numerus="yes">
        <source>“{spoken}” → “{written}” (corrected {n} times)</source>
        <extracomment>Singular: “{spoken}” → “{written}” (corrected once)</extracomment>
        <translation>
            <numerusform>“{spoken}” → “{written}”（已更正 {n} 次）</numerusform>
        </translation>
    </message>
    <message>
        <source>“{text}” names a modifier twice.</source>
        <translation>“{text}”中有一个修饰键出现了两次。</translation>
    </message>
    <message>
        <source>… {start} waiting for text, {length}</source>
        <translation>… {start} 等待文本，{length}</translation>
    </message>
    <message>
        <source>… {utterances} since {first} waiting for text, {spoken}</source>
        <translation>… 自 {first} 起有 {utterances}等待文本，{spoken}</translation>
    </message>
    <message>
        <source>● Saywrite</source>
        <translation>● Saywrite</translation>
    </message>
</context>
</TS>
