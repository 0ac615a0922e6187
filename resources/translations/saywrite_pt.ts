<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="pt_BR" sourcelanguage="en_US">
<context>
    <name>Saywrite</name>
    <message>
        <source> ({open_device} is open all the time)</source>
        <translation> ({open_device} fica aberto o tempo todo)</translation>
    </message>
    <message>
        <source> ({times} times)</source>
        <translation> ({times} vezes)</translation>
    </message>
    <message>
        <source> It is in use: until a model is here again, your words are recorded and written later.</source>
        <translation> Ele está em uso: até que haja um modelo novamente, suas palavras serão gravadas e escritas depois.</translation>
    </message>
    <message>
        <source>&amp;About Saywrite</source>
        <translation>&amp;Sobre o Saywrite</translation>
    </message>
    <message>
        <source>&amp;Add files…</source>
        <translation>&amp;Adicionar arquivos…</translation>
    </message>
    <message>
        <source>&amp;Add keyword</source>
        <translation>&amp;Adicionar palavra-chave</translation>
    </message>
    <message>
        <source>&amp;aiOla</source>
        <translation>&amp;aiOla</translation>
    </message>
    <message>
        <source>&amp;Always write as…</source>
        <translation>&amp;Escrever sempre como…</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>&amp;Aplicar</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Voltar</translation>
    </message>
    <message>
        <source>&amp;Before and after</source>
        <translation>A&amp;ntes e depois</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Cancelar</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Copiar</translation>
    </message>
    <message>
        <source>&amp;Copy this translation</source>
        <translation>&amp;Copiar esta tradução</translation>
    </message>
    <message>
        <source>&amp;CSV table</source>
        <translation>Tabela &amp;CSV</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>Exc&amp;luir</translation>
    </message>
    <message>
        <source>&amp;Details…</source>
        <translation>&amp;Detalhes…</translation>
    </message>
    <message>
        <source>&amp;Dictation</source>
        <translation>&amp;Ditado</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>&amp;Descartar</translation>
    </message>
    <message>
        <source>&amp;Done</source>
        <translation>&amp;Concluído</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Editar</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>&amp;Exportar</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>&amp;Exportar…</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Arquivo</translation>
    </message>
    <message>
        <source>&amp;Find…</source>
        <translation>Loc&amp;alizar…</translation>
    </message>
    <message>
        <source>&amp;First steps…</source>
        <translation>&amp;Primeiros passos…</translation>
    </message>
    <message>
        <source>&amp;Forget suggestion</source>
        <translation>&amp;Esquecer sugestão</translation>
    </message>
    <message>
        <source>&amp;Hands-free</source>
        <translation>Mã&amp;os livres</translation>
    </message>
    <message>
        <source>&amp;Hear</source>
        <translation>&amp;Ouvir</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>Aj&amp;uda</translation>
    </message>
    <message>
        <source>&amp;Hide</source>
        <translation>&amp;Ocultar</translation>
    </message>
    <message>
        <source>&amp;History…</source>
        <translation>&amp;Histórico…</translation>
    </message>
    <message>
        <source>&amp;Insert again</source>
        <translation>&amp;Inserir novamente</translation>
    </message>
    <message>
        <source>&amp;JSON</source>
        <translation>&amp;JSON</translation>
    </message>
    <message>
        <source>&amp;Keep editing</source>
        <translation>&amp;Continuar editando</translation>
    </message>
    <message>
        <source>&amp;Keep it</source>
        <translation>&amp;Manter</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts…</source>
        <translation>A&amp;talhos de teclado…</translation>
    </message>
    <message>
        <source>&amp;Keywords</source>
        <translation>&amp;Palavras-chave</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>I&amp;dioma</translation>
    </message>
    <message>
        <source>&amp;Look for microphones</source>
        <translation>Procurar &amp;microfones</translation>
    </message>
    <message>
        <source>&amp;Markdown</source>
        <translation>&amp;Markdown</translation>
    </message>
    <message>
        <source>&amp;Microphone</source>
        <translation>&amp;Microfone</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>&amp;Modelo</translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation>&amp;Modelos…</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>Ava&amp;nçar</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>Co&amp;lar</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Sair</translation>
    </message>
    <message>
        <source>&amp;Quit Saywrite</source>
        <translation>&amp;Sair do Saywrite</translation>
    </message>
    <message>
        <source>&amp;Recognizer</source>
        <translation>&amp;Reconhecedor</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Refazer</translation>
    </message>
    <message>
        <source>&amp;Remove finished</source>
        <translation>&amp;Remover concluídos</translation>
    </message>
    <message>
        <source>&amp;Replace</source>
        <translation>&amp;Substituir</translation>
    </message>
    <message>
        <source>&amp;Replace it in the text now {where}</source>
        <translation>&amp;Substituir agora no texto {where}</translation>
    </message>
    <message>
        <source>&amp;Replace…</source>
        <translation>S&amp;ubstituir…</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Salvar</translation>
    </message>
    <message>
        <source>&amp;Save audio…</source>
        <translation>&amp;Salvar áudio…</translation>
    </message>
    <message>
        <source>&amp;Save the text beside each file, as</source>
        <translation>&amp;Salvar o texto ao lado de cada arquivo como</translation>
    </message>
    <message>
        <source>&amp;Select all</source>
        <translation>&amp;Selecionar tudo</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>&amp;Configurações…</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>&amp;Iniciar</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>&amp;Parar</translation>
    </message>
    <message>
        <source>&amp;SubRip subtitles</source>
        <translation>Legendas &amp;SubRip</translation>
    </message>
    <message>
        <source>&amp;Switch to {name}</source>
        <translation>&amp;Mudar de idioma: {name}</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>&amp;Testar conexão</translation>
    </message>
    <message>
        <source>&amp;This computer</source>
        <translation>&amp;Este computador</translation>
    </message>
    <message>
        <source>&amp;Transcribe</source>
        <translation>&amp;Transcrever</translation>
    </message>
    <message>
        <source>&amp;Transcribe a file…</source>
        <translation>&amp;Transcrever um arquivo…</translation>
    </message>
    <message>
        <source>&amp;Transcribe again</source>
        <translation>&amp;Transcrever novamente</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Try on my last {n} dictations</source>
        <extracomment>Singular: &amp;Try on my last dictation</extracomment>
        <translation>
            <numerusform>&amp;Testar com meu último ditado</numerusform>
            <numerusform>&amp;Testar com meus últimos {n} ditados</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Desfazer</translation>
    </message>
    <message>
        <source>&amp;Unlock…</source>
        <translation>Des&amp;bloquear…</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>E&amp;xibir</translation>
    </message>
    <message>
        <source>&amp;Waveform</source>
        <translation>&amp;Forma de onda</translation>
    </message>
    <message>
        <source>&amp;WebVTT subtitles</source>
        <translation>Legendas &amp;WebVTT</translation>
    </message>
    <message>
        <source>&amp;What's new…</source>
        <translation>&amp;Novidades…</translation>
    </message>
    <message>
        <source>&amp;write</source>
        <translation>escre&amp;ver</translation>
    </message>
    <message>
        <source>(it is not in the text)</source>
        <translation>(não está no texto)</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
    <message>
        <source>, clipped: too loud. Move away from the microphone or lower its level. Click to reset.</source>
        <translation>, saturado: alto demais. Afaste-se do microfone ou abaixe o nível dele. Clique para redefinir.</translation>
    </message>
    <message>
        <source>, files verified</source>
        <translation>, arquivos verificados</translation>
    </message>
    <message numerus="yes">
        <source>, {n:,} files waiting</source>
        <extracomment>Singular: , {n:,} file waiting</extracomment>
        <translation>
            <numerusform>, {n:,} arquivo aguardando</numerusform>
            <numerusform>, {n:,} arquivos aguardando</numerusform>
        </translation>
    </message>
    <message>
        <source>. </source>
        <translation>. </translation>
    </message>
    <message>
        <source>1</source>
        <translation>1º</translation>
    </message>
    <message>
        <source>1 min to 10 min</source>
        <translation>De 1 a 10 min</translation>
    </message>
    <message>
        <source>10 s to 1 min</source>
        <translation>De 10 s a 1 min</translation>
    </message>
    <message>
        <source>: </source>
        <translation>: </translation>
    </message>
    <message>
        <source>; </source>
        <translation>; </translation>
    </message>
    <message>
        <source>A dictation is running.</source>
        <translation>Há um ditado em andamento.</translation>
    </message>
    <message>
        <source>A dotted underline marks words that this computer heard differently. Alt+W swaps them.</source>
        <translation>Um sublinhado pontilhado marca palavras que este computador ouviu de outra forma. Alt+W faz a troca.</translation>
    </message>
    <message>
        <source>A folder or an https address with the model files. Leave it empty for the official source.</source>
        <translation>Uma pasta ou um endereço https com os arquivos do modelo. Deixe em branco para usar a fonte oficial.</translation>
    </message>
    <message>
        <source>A hands-free dictation ends then, and Saywrite waits for the phrase again.</source>
        <translation>O ditado com mãos livres termina nesse momento, e o Saywrite volta a esperar a frase de ativação.</translation>
    </message>
    <message>
        <source>A key is saved</source>
        <translation>Há uma chave salva</translation>
    </message>
    <message>
        <source>A key or token of {secret} characters cannot be saved.</source>
        <translation>Uma chave ou um token de {secret} caracteres não pode ser salvo.</translation>
    </message>
    <message>
        <source>A key such as Ctrl, Alt or Shift stayed down, so nothing was undone.</source>
        <translation>Uma tecla como Ctrl, Alt ou Shift continuou pressionada, por isso nada foi desfeito.</translation>
    </message>
    <message>
        <source>A key such as Ctrl, Alt or Shift stayed down, so the text was not inserted.</source>
        <translation>Uma tecla como Ctrl, Alt ou Shift continuou pressionada, por isso o texto não foi inserido.</translation>
    </message>
    <message>
        <source>A longer sentence is written in parts.</source>
        <translation>Uma frase mais longa é escrita em partes.</translation>
    </message>
    <message>
        <source>A menu, a dialog or the screen lock holds the keyboard, so the text was not inserted.</source>
        <translation>Um menu, uma caixa de diálogo ou o bloqueio de tela está ocupando o teclado, por isso o texto não foi inserido.</translation>
    </message>
    <message>
        <source>A name cannot contain \ / : * ? " &lt; &gt; or |.</source>
        <translation>Um nome não pode conter \ / : * ? " &lt; &gt; nem |.</translation>
    </message>
    <message>
        <source>A new connection is tried.</source>
        <translation>Uma nova conexão está sendo tentada.</translation>
    </message>
    <message>
        <source>A new token is fetched; if you use a token of your own, check it in {settings}.</source>
        <translation>Um novo token é obtido; se você usa um token próprio, verifique-o em {settings}.</translation>
    </message>
    <message>
        <source>A recording was not recognized: {reason}</source>
        <translation>Uma gravação não foi reconhecida: {reason}</translation>
    </message>
    <message>
        <source>A screen reader reads</source>
        <translation>Um leitor de tela lê</translation>
    </message>
    <message>
        <source>A sentence is sent after a pause of this length.</source>
        <translation>Uma frase é enviada após uma pausa desta duração.</translation>
    </message>
    <message>
        <source>A shorter sound is ignored.</source>
        <translation>Um som mais curto é ignorado.</translation>
    </message>
    <message>
        <source>A small panel with your words above all windows. It is not available on Wayland.</source>
        <translation>Um pequeno painel com suas palavras acima de todas as janelas. Não está disponível no Wayland.</translation>
    </message>
    <message>
        <source>A sound at the end of a dictation, and when something fails.</source>
        <translation>Um som no fim de um ditado e quando algo falha.</translation>
    </message>
    <message>
        <source>A stream can be opened at {host}.</source>
        <translation>É possível abrir uma transmissão em {host}.</translation>
    </message>
    <message>
        <source>A text that follows another one begins with a space, until you press a key or click.</source>
        <translation>Um texto que segue outro começa com um espaço, até você pressionar uma tecla ou clicar.</translation>
    </message>
    <message>
        <source>A value of the command is not a short text.</source>
        <translation>Um valor do comando não é um texto curto.</translation>
    </message>
    <message>
        <source>A web page answered instead of {host}.</source>
        <translation>Uma página da web respondeu no lugar de {host}.</translation>
    </message>
    <message>
        <source>a while</source>
        <translation>alguns instantes</translation>
    </message>
    <message>
        <source>A&amp;dd keyword</source>
        <translation>Adicionar pala&amp;vra-chave</translation>
    </message>
    <message>
        <source>About Saywrite</source>
        <translation>Sobre o Saywrite</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>Token de acesso</translation>
    </message>
    <message>
        <source>accessibility orca</source>
        <translation>acessibilidade leitor de tela ler em voz alta orca</translation>
    </message>
    <message>
        <source>Accurate, in eight languages. What you say is sent to aiOla's service.</source>
        <translation>Preciso, em oito idiomas. O que você diz é enviado ao serviço da aiOla.</translation>
    </message>
    <message>
        <source>Accurate: what you say is sent to aiOla's service. Needs a network and an API key.</source>
        <translation>Preciso: o que você diz é enviado ao serviço da aiOla. Requer rede e uma chave de API.</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Adicionar</translation>
    </message>
    <message>
        <source>Add a keyword (Insert)</source>
        <translation>Adicionar uma palavra-chave (Insert)</translation>
    </message>
    <message>
        <source>Add f&amp;older…</source>
        <translation>Adicionar &amp;pasta…</translation>
    </message>
    <message>
        <source>Add to ~/.config/hypr/hyprland.conf</source>
        <translation>Adicione a ~/.config/hypr/hyprland.conf</translation>
    </message>
    <message>
        <source>Add to ~/.config/sway/config, then run: swaymsg reload</source>
        <translation>Adicione a ~/.config/sway/config e execute: swaymsg reload</translation>
    </message>
    <message>
        <source>Add yourself to the group “audio” (sudo usermod -aG audio $USER) and log in again.</source>
        <translation>Adicione-se ao grupo “audio” (sudo usermod -aG audio $USER) e entre novamente na sessão.</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Avançado</translation>
    </message>
    <message>
        <source>After:</source>
        <translation>Depois:</translation>
    </message>
    <message>
        <source>aiOla</source>
        <translation>aiOla</translation>
    </message>
    <message>
        <source>aiOla &amp;settings…</source>
        <translation>Confi&amp;gurações da aiOla…</translation>
    </message>
    <message>
        <source>aiOla account</source>
        <translation>Conta da aiOla</translation>
    </message>
    <message>
        <source>aiOla could not be reached</source>
        <translation>não foi possível contatar a aiOla</translation>
    </message>
    <message>
        <source>aiOla did not answer in time</source>
        <translation>a aiOla não respondeu a tempo</translation>
    </message>
    <message>
        <source>aiOla does not answer.</source>
        <translation>A aiOla não responde.</translation>
    </message>
    <message>
        <source>aiOla has no text for a part of the dictation: that part is what the recognizer on this computer heard.</source>
        <translation>A aiOla não tem texto para uma parte do ditado: essa parte é o que o reconhecedor deste computador ouviu.</translation>
    </message>
    <message>
        <source>aiOla has no text for some words.</source>
        <translation>A aiOla não tem texto para algumas palavras.</translation>
    </message>
    <message>
        <source>aiOla needed longer than {seconds} s: the last sentences are what the recognizer on this computer heard.</source>
        <translation>A aiOla precisou de mais de {seconds} s: as últimas frases são o que o reconhecedor deste computador ouviu.</translation>
    </message>
    <message>
        <source>aiOla receives the sound but does not answer.</source>
        <translation>A aiOla recebe o som, mas não responde.</translation>
    </message>
    <message>
        <source>aiOla writes while it can be reached; this computer takes over while it cannot. Needs an API key.</source>
        <translation>A aiOla escreve enquanto está acessível; quando não está, este computador assume. Requer uma chave de API.</translation>
    </message>
    <message>
        <source>aiOla's service could not be reached for {seconds:.0f} s.</source>
        <translation>Não foi possível contatar o serviço da aiOla por {seconds:.0f} s.</translation>
    </message>
    <message>
        <source>aiOla's streaming service is not in this version of Saywrite.</source>
        <translation>O serviço de transmissão da aiOla não está nesta versão do Saywrite.</translation>
    </message>
    <message>
        <source>aiOla's text for an inserted dictation has arrived.</source>
        <translation>O texto da aiOla para um ditado inserido chegou.</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Todos os arquivos (*)</translation>
    </message>
    <message>
        <source>All parts and their licenses</source>
        <translation>Todos os componentes e suas licenças</translation>
    </message>
    <message>
        <source>Allow it in System Settings → Privacy &amp; Security → Microphone, then start Saywrite again.</source>
        <translation>Permita isso em Ajustes do Sistema → Privacidade e Segurança → Microfone e inicie o Saywrite novamente.</translation>
    </message>
    <message>
        <source>Allow Saywrite under System Settings &gt; Privacy &amp; Security &gt; Accessibility.</source>
        <translation>Permita o Saywrite em Ajustes do Sistema &gt; Privacidade e Segurança &gt; Acessibilidade.</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>Sempre</translation>
    </message>
    <message>
        <source>Always &amp;write as…</source>
        <translation>Sempre &amp;escrever como…</translation>
    </message>
    <message>
        <source>Always write as</source>
        <translation>Escrever sempre como</translation>
    </message>
    <message>
        <source>An unknown program</source>
        <translation>Um programa desconhecido</translation>
    </message>
    <message>
        <source>Another program has already taken {chord}.</source>
        <translation>Outro programa já usa {chord}.</translation>
    </message>
    <message>
        <source>Another program is using the audio output.</source>
        <translation>Outro programa está usando a saída de áudio.</translation>
    </message>
    <message>
        <source>Another program is using the microphone.</source>
        <translation>Outro programa está usando o microfone.</translation>
    </message>
    <message>
        <source>Another program took the clipboard before it was certain that {program} had read the text.</source>
        <translation>Outro programa assumiu o controle da área de transferência antes que fosse certo que {program} tinha lido o texto.</translation>
    </message>
    <message>
        <source>Another program took the clipboard before the text was read.</source>
        <translation>Outro programa assumiu o controle da área de transferência antes que o texto fosse lido.</translation>
    </message>
    <message>
        <source>Another window had the keyboard when you started.</source>
        <translation>Outra janela estava ativa quando você começou.</translation>
    </message>
    <message>
        <source>Another window has the focus now.</source>
        <translation>Outra janela está ativa agora.</translation>
    </message>
    <message>
        <source>Any language</source>
        <translation>Qualquer idioma</translation>
    </message>
    <message>
        <source>Any length</source>
        <translation>Qualquer duração</translation>
    </message>
    <message>
        <source>Any program</source>
        <translation>Qualquer programa</translation>
    </message>
    <message>
        <source>Any recognizer</source>
        <translation>Qualquer reconhecedor</translation>
    </message>
    <message>
        <source>API key</source>
        <translation>Chave de API</translation>
    </message>
    <message>
        <source>API key of your aiOla account</source>
        <translation>Chave de API da sua conta da aiOla</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Aparência</translation>
    </message>
    <message>
        <source>As it should be written</source>
        <translation>Como deve ser escrito</translation>
    </message>
    <message>
        <source>As long as it takes</source>
        <translation>O tempo que for preciso</translation>
    </message>
    <message>
        <source>Ask for read permission, or copy the file.</source>
        <translation>Peça permissão de leitura ou copie o arquivo.</translation>
    </message>
    <message>
        <source>Ask that user or an administrator to remove it, or set XDG_RUNTIME_DIR to a folder of your own.</source>
        <translation>Peça a esse usuário ou a um administrador que a remova, ou defina XDG_RUNTIME_DIR como uma pasta sua.</translation>
    </message>
    <message>
        <source>Ask whoever runs the proxy to allow this host, or choose another network.</source>
        <translation>Peça a quem administra o proxy que permita este host, ou escolha outra rede.</translation>
    </message>
    <message>
        <source>Ask whoever runs your aiOla account to allow it.</source>
        <translation>Peça a quem administra sua conta da aiOla que permita isso.</translation>
    </message>
    <message>
        <source>Ask whoever runs your token address.</source>
        <translation>Fale com quem administra seu endereço do token.</translation>
    </message>
    <message>
        <source>asking for a token</source>
        <translation>solicitação de um token</translation>
    </message>
    <message>
        <source>Assign one in the desktop's keyboard settings.</source>
        <translation>Atribua uma nas configurações de teclado da área de trabalho.</translation>
    </message>
    <message>
        <source>at {at}</source>
        <translation>em {at}</translation>
    </message>
    <message>
        <source>Audio and video files (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;All files (*)</source>
        <translation>Arquivos de áudio e vídeo (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;Todos os arquivos (*)</translation>
    </message>
    <message>
        <source>audio retention delete</source>
        <translation>áudio som retenção conservação excluir apagar</translation>
    </message>
    <message>
        <source>autostart login minimized</source>
        <translation>início automático login minimizado</translation>
    </message>
    <message>
        <source>B&amp;oth</source>
        <translation>Am&amp;bos</translation>
    </message>
    <message>
        <source>Bar: half of all dictations were faster. Line: 95 of 100 were. The newest 1,000 dictations count.</source>
        <translation>Barra: metade de todos os ditados foi mais rápida. Linha: 95 de cada 100 foram. Contam os 1.000 ditados mais recentes.</translation>
    </message>
    <message>
        <source>Before and after</source>
        <translation>Antes e depois</translation>
    </message>
    <message>
        <source>Before:</source>
        <translation>Antes:</translation>
    </message>
    <message>
        <source>Began</source>
        <translation>Início</translation>
    </message>
    <message>
        <source>Begin a new dictation.</source>
        <translation>Comece um novo ditado.</translation>
    </message>
    <message>
        <source>Begin and end a dictation with a spoken phrase</source>
        <translation>Iniciar e terminar um ditado com uma frase falada</translation>
    </message>
    <message>
        <source>Being heard</source>
        <translation>Sendo ouvido</translation>
    </message>
    <message>
        <source>Being prepared for this computer</source>
        <translation>Sendo preparado para este computador</translation>
    </message>
    <message>
        <source>belongs to debuggers</source>
        <translation>reservado para depuradores</translation>
    </message>
    <message>
        <source>belongs to Windows</source>
        <translation>reservado para o Windows</translation>
    </message>
    <message>
        <source>Both texts are empty: there are no words in this recording.</source>
        <translation>Os dois textos estão vazios: não há palavras nesta gravação.</translation>
    </message>
    <message>
        <source>Both texts are the same.</source>
        <translation>Os dois textos são iguais.</translation>
    </message>
    <message>
        <source>Built-in (basic)</source>
        <translation>Integrado (básico)</translation>
    </message>
    <message>
        <source>By &amp;month…</source>
        <translation>Por &amp;mês…</translation>
    </message>
    <message>
        <source>by BYVoid and contributors, from opencc-python-reimplemented</source>
        <translation>de BYVoid e colaboradores, de opencc-python-reimplemented</translation>
    </message>
    <message>
        <source>By this computer's clock the access token has expired.</source>
        <translation>Pelo relógio deste computador, o token de acesso expirou.</translation>
    </message>
    <message>
        <source>By this computer's clock {host}'s certificate has expired.</source>
        <translation>Pelo relógio deste computador, o certificado de {host} expirou.</translation>
    </message>
    <message>
        <source>By this computer's clock {host}'s certificate is not valid yet.</source>
        <translation>Pelo relógio deste computador, o certificado de {host} ainda não é válido.</translation>
    </message>
    <message>
        <source>Bytes received</source>
        <translation>Bytes recebidos</translation>
    </message>
    <message>
        <source>Bytes sent</source>
        <translation>Bytes enviados</translation>
    </message>
    <message>
        <source>C&amp;hange…</source>
        <translation>&amp;Alterar…</translation>
    </message>
    <message>
        <source>C&amp;lear</source>
        <translation>Li&amp;mpar</translation>
    </message>
    <message>
        <source>Ca&amp;ncel</source>
        <translation>Ca&amp;ncelar</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Cancel the dictation</source>
        <translation>Cancelar o ditado</translation>
    </message>
    <message>
        <source>Caps Lock goes on switching capitals on and off.</source>
        <translation>O Caps Lock continua ligando e desligando as maiúsculas.</translation>
    </message>
    <message>
        <source>Capture goes on as soon as it is back.</source>
        <translation>A gravação continuará assim que ele voltar.</translation>
    </message>
    <message>
        <source>Capture goes on.</source>
        <translation>A gravação continua.</translation>
    </message>
    <message>
        <source>Change it only if your company has its own service.</source>
        <translation>Altere somente se sua empresa tiver um serviço próprio.</translation>
    </message>
    <message>
        <source>Change it only if your company has its own sign-in service.</source>
        <translation>Altere somente se sua empresa tiver um serviço próprio de login.</translation>
    </message>
    <message>
        <source>Change the keywords, then try them. Here you see what your dictations would say.</source>
        <translation>Altere as palavras-chave e depois teste-as. Aqui você vê o que seus ditados diriam.</translation>
    </message>
    <message>
        <source>Changed texts</source>
        <translation>Textos alterados</translation>
    </message>
    <message>
        <source>Check for &amp;updates…</source>
        <translation>Procurar &amp;atualizações…</translation>
    </message>
    <message>
        <source>Check how to sign in, in {settings}.</source>
        <translation>Verifique o modo de login em {settings}.</translation>
    </message>
    <message>
        <source>Check it with `saywrite models verify {model}` and download it again: `saywrite models download {model}`. What you dictate until then is recorded and becomes text when the model is there.</source>
        <translation>Verifique-o com `saywrite models verify {model}` e baixe-o novamente: `saywrite models download {model}`. O que você ditar até lá é gravado e vira texto quando o modelo estiver disponível.</translation>
    </message>
    <message>
        <source>Check its mute switch and its input level in the sound settings.</source>
        <translation>Verifique o botão de mudo e o nível de entrada dele nas configurações de som.</translation>
    </message>
    <message>
        <source>Check its mute switch.</source>
        <translation>Verifique o botão de mudo dele.</translation>
    </message>
    <message>
        <source>Check its name and folder.</source>
        <translation>Verifique o nome e a pasta dele.</translation>
    </message>
    <message>
        <source>Check memory and disk, then download it again.</source>
        <translation>Verifique a memória e o disco e baixe-o novamente.</translation>
    </message>
    <message>
        <source>Check that the Credential Manager service is running.</source>
        <translation>Verifique se o serviço “Gerenciador de Credenciais” está em execução.</translation>
    </message>
    <message>
        <source>Check the addresses in {settings}.</source>
        <translation>Verifique os endereços em {settings}.</translation>
    </message>
    <message>
        <source>Check the addresses in {settings}; if they are right, do not use this network.</source>
        <translation>Verifique os endereços em {settings}; se estiverem certos, não use esta rede.</translation>
    </message>
    <message>
        <source>Check the clock of this computer; in a company, ask for its certificate to be installed.</source>
        <translation>Verifique o relógio deste computador; em uma empresa, peça que o certificado dela seja instalado.</translation>
    </message>
    <message>
        <source>Check the computer's date and time; if they are right, ask whoever runs the service.</source>
        <translation>Verifique a data e a hora do computador; se estiverem certas, fale com quem administra o serviço.</translation>
    </message>
    <message>
        <source>Check the disk and the permissions of this folder; nothing was changed.</source>
        <translation>Verifique o disco e as permissões desta pasta; nada foi alterado.</translation>
    </message>
    <message>
        <source>Check the disk it is on.</source>
        <translation>Verifique o disco onde ele está.</translation>
    </message>
    <message>
        <source>Check the disk that holds it; recordings are kept, and their text is made again where it is missing.</source>
        <translation>Verifique o disco que o contém; as gravações são mantidas, e o texto delas é refeito onde faltar.</translation>
    </message>
    <message>
        <source>Check the disk, or {elsewhere}.</source>
        <translation>Verifique o disco ou {elsewhere}.</translation>
    </message>
    <message>
        <source>Check the disk.</source>
        <translation>Verifique o disco.</translation>
    </message>
    <message>
        <source>Check the disk; the recording is kept.</source>
        <translation>Verifique o disco; a gravação é mantida.</translation>
    </message>
    <message>
        <source>Check the file.</source>
        <translation>Verifique o arquivo.</translation>
    </message>
    <message>
        <source>Check the name and its permissions.</source>
        <translation>Verifique o nome e as permissões.</translation>
    </message>
    <message>
        <source>Check the network and try again; --wait keeps trying, --engine local needs no network.</source>
        <translation>Verifique a rede e tente novamente; --wait continua tentando, --engine local não precisa de rede.</translation>
    </message>
    <message>
        <source>Check the network, then try again.</source>
        <translation>Verifique a rede e tente novamente.</translation>
    </message>
    <message>
        <source>Check the network.</source>
        <translation>Verifique a rede.</translation>
    </message>
    <message>
        <source>Check the proxy in the system's settings.</source>
        <translation>Verifique o proxy nas configurações do sistema.</translation>
    </message>
    <message>
        <source>Check the token address in {settings}, or ask who runs it.</source>
        <translation>Verifique o endereço do token em {settings} ou fale com quem o administra.</translation>
    </message>
    <message>
        <source>Check the workflow in {settings}.</source>
        <translation>Verifique o fluxo de trabalho em {settings}.</translation>
    </message>
    <message>
        <source>Check the workflow, the language and the addresses in {settings}.</source>
        <translation>Verifique o fluxo de trabalho, o idioma e os endereços em {settings}.</translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation>Chinês</translation>
    </message>
    <message>
        <source>Choose a &amp;key…</source>
        <translation>Escolher uma &amp;tecla…</translation>
    </message>
    <message>
        <source>Choose a CSV or JSON file.</source>
        <translation>Escolha um arquivo CSV ou JSON.</translation>
    </message>
    <message>
        <source>Choose a file with a sound track.</source>
        <translation>Escolha um arquivo com uma trilha de som.</translation>
    </message>
    <message>
        <source>Choose a file with one spoken and one written form in each entry.</source>
        <translation>Escolha um arquivo com uma forma falada e uma forma escrita em cada entrada.</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>Escolher uma pasta</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>Escolher uma pasta…</translation>
    </message>
    <message>
        <source>Choose a key first.</source>
        <translation>Escolha uma tecla primeiro.</translation>
    </message>
    <message>
        <source>Choose a key in the settings.</source>
        <translation>Escolha uma tecla nas configurações.</translation>
    </message>
    <message>
        <source>Choose a shorter name.</source>
        <translation>Escolha um nome mais curto.</translation>
    </message>
    <message>
        <source>Choose aiOla as the recognizer.</source>
        <translation>Escolha a aiOla como reconhecedor.</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>Escolha outro arquivo.</translation>
    </message>
    <message>
        <source>choose another folder</source>
        <translation>escolha outra pasta</translation>
    </message>
    <message>
        <source>Choose another key in the settings, or free it in the other program.</source>
        <translation>Escolha outra tecla nas configurações ou libere-a no outro programa.</translation>
    </message>
    <message>
        <source>Choose another key in the settings.</source>
        <translation>Escolha outra tecla nas configurações.</translation>
    </message>
    <message>
        <source>Choose another key, or free it in the other program.</source>
        <translation>Escolha outra tecla ou libere-a no outro programa.</translation>
    </message>
    <message>
        <source>Choose another microphone, or unplug it and plug it in again.</source>
        <translation>Escolha outro microfone, ou desconecte-o e conecte-o novamente.</translation>
    </message>
    <message>
        <source>Choose another microphone.</source>
        <translation>Escolha outro microfone.</translation>
    </message>
    <message>
        <source>Choose another microphone. {remedy}</source>
        <translation>Escolha outro microfone. {remedy}</translation>
    </message>
    <message>
        <source>Choose another name, or replace it.</source>
        <translation>Escolha outro nome ou substitua o arquivo.</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>Escolha outro nome.</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>Escolha outro arquivo.</translation>
    </message>
    <message>
        <source>Choose one of the form {"spoken": "written"}, or a CSV file.</source>
        <translation>Escolha um arquivo no formato {"spoken": "written"} ou um arquivo CSV.</translation>
    </message>
    <message>
        <source>Choose one of {codes}.</source>
        <translation>Escolha um de {codes}.</translation>
    </message>
    <message>
        <source>Choose one of: {names}.</source>
        <translation>Escolha um destes: {names}.</translation>
    </message>
    <message>
        <source>Choose text, Markdown, JSON or CSV.</source>
        <translation>Escolha texto, Markdown, JSON ou CSV.</translation>
    </message>
    <message>
        <source>Choose the files themselves.</source>
        <translation>Escolha os próprios arquivos.</translation>
    </message>
    <message>
        <source>Choose the folder that holds the models</source>
        <translation>Escolha a pasta que contém os modelos</translation>
    </message>
    <message>
        <source>Choose the key again in the settings.</source>
        <translation>Escolha a tecla novamente nas configurações.</translation>
    </message>
    <message>
        <source>Choose the key again to be asked.</source>
        <translation>Escolha a tecla novamente para que a pergunta apareça.</translation>
    </message>
    <message>
        <source>Choose the microphone whose bar moves when you speak.</source>
        <translation>Escolha o microfone cuja barra se move quando você fala.</translation>
    </message>
    <message>
        <source>Choose the recognizer on this computer, or use --engine local.</source>
        <translation>Escolha o reconhecedor deste computador ou use --engine local.</translation>
    </message>
    <message>
        <source>Choose {chord}, or any key you like. Press it to start and again to stop.</source>
        <translation>Escolha {chord} ou qualquer outra tecla. Pressione-a para iniciar e novamente para parar.</translation>
    </message>
    <message>
        <source>Choose “Insert again” to replace it with the text.</source>
        <translation>Escolha “Inserir novamente” para substituí-lo pelo texto.</translation>
    </message>
    <message>
        <source>Choose “Insert again”.</source>
        <translation>Escolha “Inserir novamente”.</translation>
    </message>
    <message>
        <source>Choose “{other}” as the recognizer, then {name}.</source>
        <translation>Escolha “{other}” como reconhecedor e depois {name}.</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Escolher…</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Limpar</translation>
    </message>
    <message>
        <source>Clear: {name}</source>
        <translation>Limpar: {name}</translation>
    </message>
    <message>
        <source>Click the tray icon, or start Saywrite again, to open the window.</source>
        <translation>Clique no ícone da bandeja do sistema, ou inicie o Saywrite novamente, para abrir a janela.</translation>
    </message>
    <message>
        <source>Close find (Esc)</source>
        <translation>Fechar a busca (Esc)</translation>
    </message>
    <message>
        <source>Close other programs and remove {folder}.</source>
        <translation>Feche outros programas e remova {folder}.</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model in Settings &gt; Recognition.</source>
        <translation>Feche outros programas ou escolha um modelo menor em Configurações &gt; Reconhecimento.</translation>
    </message>
    <message>
        <source>Close other Saywrite windows and try again.</source>
        <translation>Feche as outras janelas do Saywrite e tente novamente.</translation>
    </message>
    <message>
        <source>Close other Saywrite windows; instead of a network drive use --data and a folder of this computer.</source>
        <translation>Feche as outras janelas do Saywrite; em vez de uma unidade de rede, use --data e uma pasta deste computador.</translation>
    </message>
    <message>
        <source>Close that program, then try again.</source>
        <translation>Feche esse programa e tente novamente.</translation>
    </message>
    <message>
        <source>Close the other Saywrite and start this one again: it keeps what can be read and begins a new history.</source>
        <translation>Feche o outro Saywrite e inicie este novamente: ele mantém o que puder ser lido e começa um novo histórico.</translation>
    </message>
    <message>
        <source>Close the program that is using it, or choose another microphone.</source>
        <translation>Feche o programa que o está usando ou escolha outro microfone.</translation>
    </message>
    <message>
        <source>closes a window</source>
        <translation>fechar uma janela</translation>
    </message>
    <message>
        <source>Co&amp;py it</source>
        <translation>Co&amp;piar</translation>
    </message>
    <message>
        <source>Collecting diagnostics…</source>
        <translation>Coletando o diagnóstico…</translation>
    </message>
    <message>
        <source>Commands from other programs are not taken: {data} cannot be written to.</source>
        <translation>Comandos de outros programas não são aceitos: não é possível gravar em {data}.</translation>
    </message>
    <message>
        <source>Comparing the files with their checksums…</source>
        <translation>Comparando os arquivos com suas somas de verificação…</translation>
    </message>
    <message>
        <source>Connect to the network and try again, or copy the model's files here and name their folder in Settings &gt; Recognition (on the command line: --from FOLDER).</source>
        <translation>Conecte-se à rede e tente novamente, ou copie os arquivos do modelo para este computador e informe a pasta deles em Configurações &gt; Reconhecimento (na linha de comando: --from FOLDER).</translation>
    </message>
    <message>
        <source>connected</source>
        <translation>conectado</translation>
    </message>
    <message>
        <source>Connected now: {names}.</source>
        <translation>Conectados agora: {names}.</translation>
    </message>
    <message>
        <source>connected · {rtt_ms:.0f} ms</source>
        <translation>conectado · {rtt_ms:.0f} ms</translation>
    </message>
    <message>
        <source>connecting…</source>
        <translation>conectando…</translation>
    </message>
    <message>
        <source>connects when needed</source>
        <translation>conecta quando necessário</translation>
    </message>
    <message>
        <source>Continue a sentence</source>
        <translation>Continuar uma frase</translation>
    </message>
    <message>
        <source>Convert it to WAV or FLAC, or split it.</source>
        <translation>Converta o arquivo para WAV ou FLAC, ou divida-o.</translation>
    </message>
    <message>
        <source>Convert it to WAV, FLAC, OGG or MP3, for example: ffmpeg -i FILE sound.flac</source>
        <translation>Converta-o em WAV, FLAC, OGG ou MP3, por exemplo: ffmpeg -i FILE sound.flac</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Copiado</translation>
    </message>
    <message>
        <source>Copied all</source>
        <translation>Tudo copiado</translation>
    </message>
    <message>
        <source>Copied all with its translation</source>
        <translation>Tudo copiado com a tradução</translation>
    </message>
    <message>
        <source>Copied the selection</source>
        <translation>Seleção copiada</translation>
    </message>
    <message>
        <source>copies</source>
        <translation>copiar</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Copiar</translation>
    </message>
    <message>
        <source>Copy &amp;diagnostics</source>
        <translation>Copiar &amp;diagnóstico</translation>
    </message>
    <message>
        <source>Copy it again, it is one line; this system keeps {limit} characters at most.</source>
        <translation>Copie-o novamente, é uma única linha; este sistema guarda no máximo {limit} caracteres.</translation>
    </message>
    <message>
        <source>Copy it again, whole, into {settings} or {key_variable}.</source>
        <translation>Copie-a novamente, inteira, em {settings} ou {key_variable}.</translation>
    </message>
    <message>
        <source>Copy it again, whole, into {settings}.</source>
        <translation>Copie o valor inteiro novamente em {settings}.</translation>
    </message>
    <message>
        <source>Copy t&amp;ranslation</source>
        <translation>Copiar trad&amp;ução</translation>
    </message>
    <message>
        <source>Copy te&amp;xt</source>
        <translation>Copiar te&amp;xto</translation>
    </message>
    <message>
        <source>Copy the lines for the desktop's settings</source>
        <translation>Copiar as linhas para as configurações da área de trabalho</translation>
    </message>
    <message>
        <source>Copy the selected text, or all of it (Ctrl+Shift+C)</source>
        <translation>Copiar o texto selecionado, ou tudo (Ctrl+Shift+C)</translation>
    </message>
    <message>
        <source>Copy them, then open the dictation again.</source>
        <translation>Copie-as e abra o ditado novamente.</translation>
    </message>
    <message>
        <source>Copy to the clipboard only</source>
        <translation>Copiar somente para a área de transferência</translation>
    </message>
    <message>
        <source>Copy with tra&amp;nslation</source>
        <translation>Copiar com traduçã&amp;o</translation>
    </message>
    <message>
        <source>Copying to the clipboard only</source>
        <translation>Cópia somente para a área de transferência</translation>
    </message>
    <message>
        <source>Correct a misheard word in a text, and it is suggested here.</source>
        <translation>Corrija em um texto uma palavra entendida errado, e ela será sugerida aqui.</translation>
    </message>
    <message>
        <source>Correct it in the system's settings or in HTTPS_PROXY.</source>
        <translation>Corrija-o nas configurações do sistema ou em HTTPS_PROXY.</translation>
    </message>
    <message>
        <source>Correct or remove the environment variable {name}, then start Saywrite again.</source>
        <translation>Corrija ou remova a variável de ambiente {name} e inicie o Saywrite novamente.</translation>
    </message>
    <message>
        <source>Correct or remove ~/.asoundrc, ~/.config/alsa/asoundrc and /etc/asound.conf, or install ALSA's configuration again (Debian, Ubuntu: libasound2-data; Fedora, Arch: alsa-lib).</source>
        <translation>Corrija ou remova ~/.asoundrc, ~/.config/alsa/asoundrc e /etc/asound.conf, ou instale novamente a configuração do ALSA (Debian, Ubuntu: libasound2-data; Fedora, Arch: alsa-lib).</translation>
    </message>
    <message>
        <source>Correct the address in Settings &gt; Recognition.</source>
        <translation>Corrija o endereço em Configurações &gt; Reconhecimento.</translation>
    </message>
    <message>
        <source>Correct the file before you edit keywords: saving keeps it under another name.</source>
        <translation>Corrija o arquivo antes de editar palavras-chave: ao salvar, ele é mantido com outro nome.</translation>
    </message>
    <message>
        <source>Create the folder again, or {elsewhere}.</source>
        <translation>Crie a pasta novamente ou {elsewhere}.</translation>
    </message>
    <message>
        <source>CSV table</source>
        <translation>Tabela CSV</translation>
    </message>
    <message>
        <source>CSV table (*.csv)</source>
        <translation>Tabela CSV (*.csv)</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>Recor&amp;tar</translation>
    </message>
    <message>
        <source>cuts</source>
        <translation>recortar</translation>
    </message>
    <message>
        <source>Damaged: its files are incomplete or were changed</source>
        <translation>Danificado: os arquivos estão incompletos ou foram alterados</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Escuro</translation>
    </message>
    <message>
        <source>dark mode colors</source>
        <translation>modo escuro modo claro cores tema</translation>
    </message>
    <message>
        <source>debug diagnostics</source>
        <translation>depuração diagnóstico</translation>
    </message>
    <message>
        <source>Default: {default}</source>
        <translation>Padrão: {default}</translation>
    </message>
    <message>
        <source>Default: {label}</source>
        <translation>Padrão: {label}</translation>
    </message>
    <message>
        <source>Delete all &amp;remembered corrections</source>
        <translation>Excluir &amp;todas as correções lembradas</translation>
    </message>
    <message>
        <source>Detai&amp;ls…</source>
        <translation>Det&amp;alhes…</translation>
    </message>
    <message>
        <source>Details are kept with its text there.</source>
        <translation>Os detalhes são mantidos lá com o texto.</translation>
    </message>
    <message>
        <source>Details of the dictation</source>
        <translation>Detalhes do ditado</translation>
    </message>
    <message>
        <source>Details of this &amp;dictation…</source>
        <translation>Detal&amp;hes deste ditado…</translation>
    </message>
    <message>
        <source>Diagnostics copied: no text, audio or key is in them</source>
        <translation>Diagnóstico copiado: não contém texto, áudio nem chave</translation>
    </message>
    <message>
        <source>Dictate</source>
        <translation>Ditar</translation>
    </message>
    <message>
        <source>Dictate (second key)</source>
        <translation>Ditar (segunda tecla)</translation>
    </message>
    <message>
        <source>Dictate in {language}</source>
        <translation>Ditar em: {language}</translation>
    </message>
    <message>
        <source>Dictate into the program in front</source>
        <translation>Ditar no programa em primeiro plano</translation>
    </message>
    <message>
        <source>Dictate something first.</source>
        <translation>Dite algo primeiro.</translation>
    </message>
    <message>
        <source>Dictate something; recordings are kept for as long as Settings &gt; Files and privacy says.</source>
        <translation>Dite algo; as gravações são mantidas pelo tempo indicado em Configurações &gt; Arquivos e privacidade.</translation>
    </message>
    <message>
        <source>Dictate with the second key</source>
        <translation>Ditar com a segunda tecla</translation>
    </message>
    <message>
        <source>Dictate with {recognizer}</source>
        <translation>Ditar com: {recognizer}</translation>
    </message>
    <message>
        <source>dictating</source>
        <translation>ditado</translation>
    </message>
    <message>
        <source>Dictation</source>
        <translation>Ditado</translation>
    </message>
    <message>
        <source>Dictation failed, start again</source>
        <translation>O ditado falhou, inicie novamente</translation>
    </message>
    <message>
        <source>Dictation {date}</source>
        <translation>Ditado {date}</translation>
    </message>
    <message>
        <source>Dictations</source>
        <translation>Ditados</translation>
    </message>
    <message>
        <source>Differences: {words}. They are marked. The dictation keeps its text.</source>
        <translation>Diferenças: {words}. Elas estão marcadas. O ditado mantém seu texto.</translation>
    </message>
    <message>
        <source>Discard recording</source>
        <translation>Descartar gravação</translation>
    </message>
    <message>
        <source>Discard this recording for good? Its words cannot be brought back.</source>
        <translation>Descartar esta gravação para sempre? Não será possível recuperar as palavras.</translation>
    </message>
    <message>
        <source>Discard…</source>
        <translation>Descartar…</translation>
    </message>
    <message>
        <source>Disconnect at once</source>
        <translation>Desconectar imediatamente</translation>
    </message>
    <message>
        <source>Dismiss this message</source>
        <translation>Fechar esta mensagem</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Concluído</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Baixar</translation>
    </message>
    <message>
        <source>Download ({size})</source>
        <translation>Baixar ({size})</translation>
    </message>
    <message>
        <source>Download again</source>
        <translation>Baixar novamente</translation>
    </message>
    <message>
        <source>Download it again: saywrite models download {model}</source>
        <translation>Baixe-o novamente: saywrite models download {model}</translation>
    </message>
    <message>
        <source>Download it in Settings &gt; Recognition all the same, or use another network.</source>
        <translation>Baixe-o mesmo assim em Configurações &gt; Reconhecimento ou use outra rede.</translation>
    </message>
    <message>
        <source>Download it in Settings &gt; Recognition, or with `saywrite models download {model}`. What you dictate until then is recorded and becomes text when the model is there.</source>
        <translation>Baixe-o em Configurações &gt; Reconhecimento ou com `saywrite models download {model}`. O que você ditar até lá é gravado e vira texto quando o modelo estiver disponível.</translation>
    </message>
    <message>
        <source>Download it: saywrite models download {model}</source>
        <translation>Baixe-o: saywrite models download {model}</translation>
    </message>
    <message>
        <source>Download models from</source>
        <translation>Baixar modelos de</translation>
    </message>
    <message>
        <source>Download of the model</source>
        <translation>Download do modelo</translation>
    </message>
    <message>
        <source>Download one in Settings → Recognition; then Saywrite waits for the phrase by itself.</source>
        <translation>Baixe um em Configurações → Reconhecimento; então o Saywrite passa a esperar sozinho a frase de ativação.</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>Baixando</translation>
    </message>
    <message>
        <source>downloading</source>
        <translation>baixando</translation>
    </message>
    <message>
        <source>downloading {share} %</source>
        <translation>baixando {share} %</translation>
    </message>
    <message>
        <source>Drop sound files, videos or folders here, or choose them. They are transcribed one after the other.</source>
        <translation>Arraste arquivos de som, vídeos ou pastas para cá, ou escolha-os. Eles são transcritos um após o outro.</translation>
    </message>
    <message>
        <source>Each sentence is a line</source>
        <translation>Cada frase em uma linha</translation>
    </message>
    <message>
        <source>Ed&amp;it</source>
        <translation>Ed&amp;itar</translation>
    </message>
    <message>
        <source>Edit it, or move it to another place.</source>
        <translation>Edite-o ou mova-o para outro lugar.</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>vazio</translation>
    </message>
    <message>
        <source>End after a silence of</source>
        <translation>Terminar após um silêncio de</translation>
    </message>
    <message>
        <source>End it first, or use --data.</source>
        <translation>Encerre-o primeiro ou use --data.</translation>
    </message>
    <message>
        <source>End it first.</source>
        <translation>Encerre-o primeiro.</translation>
    </message>
    <message>
        <source>End with one of {suffixes}.</source>
        <translation>Termine com um destes: {suffixes}.</translation>
    </message>
    <message>
        <source>ends the display</source>
        <translation>encerrar o servidor gráfico</translation>
    </message>
    <message>
        <source>ends the session</source>
        <translation>encerrar a sessão</translation>
    </message>
    <message>
        <source>engine whisper aiola cloud offline</source>
        <translation>motor reconhecimento de voz whisper aiola nuvem offline</translation>
    </message>
    <message>
        <source>English</source>
        <translation>Inglês</translation>
    </message>
    <message>
        <source>Enter an address like https://apis.aiola.ai in the settings.</source>
        <translation>Digite um endereço como https://apis.aiola.ai nas configurações.</translation>
    </message>
    <message>
        <source>error</source>
        <translation>erro</translation>
    </message>
    <message>
        <source>Escape cancels a dictation.</source>
        <translation>Esc cancela um ditado.</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>Tudo</translation>
    </message>
    <message>
        <source>Export as</source>
        <translation>Exportar como</translation>
    </message>
    <message>
        <source>Export into</source>
        <translation>Exportar para</translation>
    </message>
    <message>
        <source>Export its text instead.</source>
        <translation>Em vez disso, exporte o texto.</translation>
    </message>
    <message>
        <source>Export keywords</source>
        <translation>Exportar palavras-chave</translation>
    </message>
    <message>
        <source>Export keywords to a CSV or JSON file</source>
        <translation>Exportar palavras-chave para um arquivo CSV ou JSON</translation>
    </message>
    <message>
        <source>export the text from the history</source>
        <translation>exporte o texto pelo histórico</translation>
    </message>
    <message>
        <source>Export the transcript</source>
        <translation>Exportar a transcrição</translation>
    </message>
    <message>
        <source>Export where my speech went</source>
        <translation>Exportar “Para onde minha fala foi”</translation>
    </message>
    <message numerus="yes">
        <source>Export {n} dictations into a folder</source>
        <extracomment>Singular: Export {n} dictation into a folder</extracomment>
        <translation>
            <numerusform>Exportar {n} ditado para uma pasta</numerusform>
            <numerusform>Exportar {n} ditados para uma pasta</numerusform>
        </translation>
    </message>
    <message>
        <source>Exported to {name}</source>
        <translation>Exportado para {name}</translation>
    </message>
    <message>
        <source>Exported: {written:,} of {wanted:,}. This dictation and those below it in the list were not exported.</source>
        <translation>Exportados: {written:,} de {wanted:,}. Este ditado e os que estão abaixo dele na lista não foram exportados.</translation>
    </message>
    <message>
        <source>Failures only</source>
        <translation>Somente falhas</translation>
    </message>
    <message>
        <source>Fewer errors, above all outside English; about four times the processor time of base.</source>
        <translation>Menos erros, sobretudo em idiomas que não o inglês; cerca de quatro vezes o tempo de processador do modelo base.</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Arquivos</translation>
    </message>
    <message>
        <source>Files and privacy</source>
        <translation>Arquivos e privacidade</translation>
    </message>
    <message>
        <source>Files to t&amp;ranscribe…</source>
        <translation>Arquivos a t&amp;ranscrever…</translation>
    </message>
    <message>
        <source>Files – Saywrite</source>
        <translation>Arquivos – Saywrite</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filtrar</translation>
    </message>
    <message>
        <source>Filter keywords</source>
        <translation>Filtrar palavras-chave</translation>
    </message>
    <message>
        <source>Find in the transcript</source>
        <translation>Localizar na transcrição</translation>
    </message>
    <message>
        <source>Finished sentences</source>
        <translation>Frases concluídas</translation>
    </message>
    <message>
        <source>Finishing</source>
        <translation>Finalizando</translation>
    </message>
    <message>
        <source>finishing</source>
        <translation>finalizando</translation>
    </message>
    <message>
        <source>Finishing the last words</source>
        <translation>Finalizando as últimas palavras</translation>
    </message>
    <message>
        <source>Finishing…</source>
        <translation>Finalizando…</translation>
    </message>
    <message>
        <source>First sound to first words</source>
        <translation>Do primeiro som às primeiras palavras</translation>
    </message>
    <message>
        <source>For another language or another recognizer.</source>
        <translation>Para outro idioma ou outro reconhecedor.</translation>
    </message>
    <message>
        <source>For example: xterm = type, emacs = shift+insert. Other rules: ctrl+v, ctrl+shift+v, clipboard.</source>
        <translation>Por exemplo: xterm = type, emacs = shift+insert. Outras regras: ctrl+v, ctrl+shift+v, clipboard.</translation>
    </message>
    <message>
        <source>forces a program to quit</source>
        <translation>forçar um programa a encerrar</translation>
    </message>
    <message>
        <source>Free memory after</source>
        <translation>Liberar a memória após</translation>
    </message>
    <message>
        <source>Free some space on the disk that holds {place}.</source>
        <translation>Libere espaço no disco que contém {place}.</translation>
    </message>
    <message>
        <source>Free some space on the disk.</source>
        <translation>Libere espaço no disco.</translation>
    </message>
    <message>
        <source>Free some space on this disk, then download the model again: it goes on where it was.</source>
        <translation>Libere espaço neste disco e baixe o modelo novamente: o download continua de onde parou.</translation>
    </message>
    <message>
        <source>Free some space, then stop the dictation.</source>
        <translation>Libere espaço e depois pare o ditado.</translation>
    </message>
    <message>
        <source>French</source>
        <translation>Francês</translation>
    </message>
    <message>
        <source>GB</source>
        <translation>GB</translation>
    </message>
    <message>
        <source>German</source>
        <translation>Alemão</translation>
    </message>
    <message>
        <source>Give your user write permission for this folder, or {elsewhere}.</source>
        <translation>Dê ao seu usuário permissão de gravação nesta pasta ou {elsewhere}.</translation>
    </message>
    <message>
        <source>Go back to the window where you started</source>
        <translation>Voltar à janela onde você começou</translation>
    </message>
    <message>
        <source>Go to the end of the transcript (Ctrl+End)</source>
        <translation>Ir para o fim da transcrição (Ctrl+End)</translation>
    </message>
    <message>
        <source>goes back in browsers and file managers</source>
        <translation>voltar em navegadores e gerenciadores de arquivos</translation>
    </message>
    <message>
        <source>goes forward in browsers and file managers</source>
        <translation>avançar em navegadores e gerenciadores de arquivos</translation>
    </message>
    <message>
        <source>Good everyday dictation on any computer.</source>
        <translation>Bom para ditar no dia a dia em qualquer computador.</translation>
    </message>
    <message>
        <source>Good: Saywrite hears you.</source>
        <translation>Tudo certo: o Saywrite está ouvindo você.</translation>
    </message>
    <message>
        <source>Hands-free</source>
        <translation>Mãos livres</translation>
    </message>
    <message>
        <source>Hands-free from the start</source>
        <translation>Mãos livres desde o início</translation>
    </message>
    <message>
        <source>Hands-free key</source>
        <translation>Tecla de mãos livres</translation>
    </message>
    <message>
        <source>Hands-free mode on and off</source>
        <translation>Ligar e desligar o modo de mãos livres</translation>
    </message>
    <message>
        <source>hands-free voice stop listening</source>
        <translation>mãos livres voz parar ouvir silêncio pausa</translation>
    </message>
    <message>
        <source>Hands-free: cannot listen</source>
        <translation>Mãos livres: não consegue ouvir</translation>
    </message>
    <message>
        <source>Hands-free: paused</source>
        <translation>Mãos livres: em pausa</translation>
    </message>
    <message>
        <source>Hands-free: say “{phrase}”</source>
        <translation>Mãos livres: diga “{phrase}”</translation>
    </message>
    <message>
        <source>Hands-free: “{phrase}” ends the dictation</source>
        <translation>Mãos livres: “{phrase}” termina o ditado</translation>
    </message>
    <message>
        <source>Hear from here</source>
        <translation>Ouvir a partir daqui</translation>
    </message>
    <message>
        <source>heard 00:00 · sent 00:00 · text 00:00</source>
        <translation>ouvido 00:00 · enviado 00:00 · texto 00:00</translation>
    </message>
    <message>
        <source>heard 00:00 · text 00:00</source>
        <translation>ouvido 00:00 · texto 00:00</translation>
    </message>
    <message>
        <source>heard {heard}</source>
        <translation>ouvido {heard}</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>Ocultar</translation>
    </message>
    <message>
        <source>Hide the unfinished dictations</source>
        <translation>Ocultar os ditados inacabados</translation>
    </message>
    <message>
        <source>hides a program</source>
        <translation>ocultar um programa</translation>
    </message>
    <message>
        <source>History – Saywrite</source>
        <translation>Histórico – Saywrite</translation>
    </message>
    <message>
        <source>Hits</source>
        <translation>Ocorrências</translation>
    </message>
    <message>
        <source>Hits of the selected keyword</source>
        <translation>Ocorrências da palavra-chave selecionada</translation>
    </message>
    <message>
        <source>Hits: not tried</source>
        <translation>Ocorrências: não testado</translation>
    </message>
    <message>
        <source>Hits: {hits}</source>
        <translation>Ocorrências: {hits}</translation>
    </message>
    <message>
        <source>Hold a key, speak, let go</source>
        <translation>Mantenha uma tecla pressionada, fale e solte</translation>
    </message>
    <message>
        <source>Hold the key</source>
        <translation>Mantenha a tecla pressionada</translation>
    </message>
    <message>
        <source>Hold to talk</source>
        <translation>Manter pressionada para falar</translation>
    </message>
    <message>
        <source>Hold to talk, or tap to start and stop</source>
        <translation>Manter pressionada para falar, ou dar um toque para iniciar e parar</translation>
    </message>
    <message>
        <source>Hold {hotkey}, say any sentence, and let go.</source>
        <translation>Mantenha {hotkey} pressionado, diga uma frase qualquer e solte.</translation>
    </message>
    <message>
        <source>Hold {hotkey}, say “one, two, three”, and let go:</source>
        <translation>Mantenha {hotkey} pressionado, diga “um, dois, três” e solte:</translation>
    </message>
    <message>
        <source>Hold {key} in any program</source>
        <translation>Mantenha {key} pressionado em qualquer programa</translation>
    </message>
    <message>
        <source>How much was recorded, and up to where it has become text</source>
        <translation>Quanto foi gravado e até onde já virou texto</translation>
    </message>
    <message>
        <source>How the text gets into other programs.</source>
        <translation>Como o texto chega a outros programas.</translation>
    </message>
    <message>
        <source>I &amp;speak</source>
        <translation>Eu &amp;falo</translation>
    </message>
    <message>
        <source>If it is not there, choose “Insert again”.</source>
        <translation>Se não estiver lá, escolha “Inserir novamente”.</translation>
    </message>
    <message>
        <source>If more is expected, copy the file again.</source>
        <translation>Se deveria haver mais, copie o arquivo novamente.</translation>
    </message>
    <message>
        <source>If the window changed</source>
        <translation>Se a janela mudou</translation>
    </message>
    <message>
        <source>If these are missed, copy the file again.</source>
        <translation>Se eles fizerem falta, copie o arquivo novamente.</translation>
    </message>
    <message>
        <source>If this is off, each sentence appears when it ends, and recognition needs a tenth of the processor time.</source>
        <translation>Se isto estiver desativado, cada frase aparece quando termina, e o reconhecimento usa um décimo do tempo de processador.</translation>
    </message>
    <message>
        <source>If this is on, what you correct in a text is remembered on this computer, as long as its dictation is in the history.</source>
        <translation>Se isto estiver ativado, o que você corrige em um texto é lembrado neste computador, enquanto o ditado estiver no histórico.</translation>
    </message>
    <message>
        <source>If you say “comma”, a comma is written.</source>
        <translation>Se você disser “vírgula”, uma vírgula será escrita.</translation>
    </message>
    <message>
        <source>If your company inspects traffic, have its certificate installed in the system; otherwise do not use this network.</source>
        <translation>Se sua empresa inspeciona o tráfego, peça que o certificado dela seja instalado no sistema; caso contrário, não use esta rede.</translation>
    </message>
    <message>
        <source>Import keywords</source>
        <translation>Importar palavras-chave</translation>
    </message>
    <message>
        <source>Import keywords from a CSV or JSON file</source>
        <translation>Importar palavras-chave de um arquivo CSV ou JSON</translation>
    </message>
    <message>
        <source>In every program</source>
        <translation>Em todos os programas</translation>
    </message>
    <message>
        <source>In Settings → Privacy &amp; security → Microphone, switch on “Let desktop apps access your microphone”.</source>
        <translation>Em Configurações → Privacidade e segurança → Microfone, ative “Permitir que aplicativos da área de trabalho acessem seu microfone”.</translation>
    </message>
    <message>
        <source>In the desktop's keyboard settings, bind a key to each command shown in Saywrite's settings.</source>
        <translation>Nas configurações de teclado da área de trabalho, associe uma tecla a cada comando mostrado nas configurações do Saywrite.</translation>
    </message>
    <message>
        <source>In the desktop's keyboard settings, bind this command to a key</source>
        <translation>Nas configurações de teclado da área de trabalho, associe este comando a uma tecla</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>Em uso</translation>
    </message>
    <message numerus="yes">
        <source>in {n:,} places</source>
        <extracomment>Singular: in {n:,} place</extracomment>
        <translation>
            <numerusform>em {n:,} lugar</numerusform>
            <numerusform>em {n:,} lugares</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>in {n} places</source>
        <extracomment>Singular: in {n} place</extracomment>
        <translation>
            <numerusform>em {n} lugar</numerusform>
            <numerusform>em {n} lugares</numerusform>
        </translation>
    </message>
    <message>
        <source>info</source>
        <translation>informação</translation>
    </message>
    <message>
        <source>input device headset</source>
        <translation>dispositivo de entrada fone de ouvido headset microfone</translation>
    </message>
    <message>
        <source>Insert adds a keyword, F2 edits, Delete removes.</source>
        <translation>Insert adiciona uma palavra-chave, F2 edita, Delete remove.</translation>
    </message>
    <message>
        <source>Insert into the window in front</source>
        <translation>Inserir na janela em primeiro plano</translation>
    </message>
    <message>
        <source>Insert text by</source>
        <translation>Inserir o texto por</translation>
    </message>
    <message>
        <source>Insert the last text &amp;again</source>
        <translation>Inserir novamente o úl&amp;timo texto</translation>
    </message>
    <message>
        <source>Inserted into {program}</source>
        <translation>Inserido em {program}</translation>
    </message>
    <message>
        <source>Insertion</source>
        <translation>Inserção</translation>
    </message>
    <message>
        <source>Install a newer Saywrite.</source>
        <translation>Instale um Saywrite mais recente.</translation>
    </message>
    <message>
        <source>Install and start a Secret Service, such as gnome-keyring or KWallet.</source>
        <translation>Instale e inicie um Secret Service, como gnome-keyring ou KWallet.</translation>
    </message>
    <message>
        <source>Install it (Debian, Ubuntu: libportaudio2; Fedora, Arch: portaudio) and start Saywrite again.</source>
        <translation>Instale-a (Debian, Ubuntu: libportaudio2; Fedora, Arch: portaudio) e inicie o Saywrite novamente.</translation>
    </message>
    <message>
        <source>Install it (Debian, Ubuntu: libpulse0).</source>
        <translation>Instale-a (Debian, Ubuntu: libpulse0).</translation>
    </message>
    <message>
        <source>Install it with “brew install portaudio” and start Saywrite again.</source>
        <translation>Instale-a com “brew install portaudio” e inicie o Saywrite novamente.</translation>
    </message>
    <message>
        <source>Install its bridge (Debian, Ubuntu: libasound2-plugins; Fedora: alsa-plugins-pulseaudio).</source>
        <translation>Instale a ponte (Debian, Ubuntu: libasound2-plugins; Fedora: alsa-plugins-pulseaudio).</translation>
    </message>
    <message>
        <source>Install Saywrite again (“pip install ctranslate2”), or choose aiOla as the recognizer.</source>
        <translation>Reinstale o Saywrite (“pip install ctranslate2”) ou escolha a aiOla como reconhecedor.</translation>
    </message>
    <message>
        <source>Install Saywrite again.</source>
        <translation>Reinstale o Saywrite.</translation>
    </message>
    <message>
        <source>Install Saywrite again: its package “sounddevice” brings the library along.</source>
        <translation>Reinstale o Saywrite: o pacote “sounddevice” dele traz a biblioteca.</translation>
    </message>
    <message>
        <source>is Windows' own dictation</source>
        <translation>ditado do próprio Windows</translation>
    </message>
    <message>
        <source>it answers with a web page</source>
        <translation>a resposta é uma página da web</translation>
    </message>
    <message>
        <source>it answers with an error (HTTP {status})</source>
        <translation>a resposta é um erro (HTTP {status})</translation>
    </message>
    <message>
        <source>it answers with something else than asked for</source>
        <translation>a resposta é diferente do que foi pedido</translation>
    </message>
    <message>
        <source>it cannot be reached</source>
        <translation>não está acessível</translation>
    </message>
    <message>
        <source>it cannot prove that it is the right server</source>
        <translation>o servidor não consegue provar sua identidade</translation>
    </message>
    <message>
        <source>it does not answer</source>
        <translation>não responde</translation>
    </message>
    <message>
        <source>it does not have the file</source>
        <translation>não tem o arquivo</translation>
    </message>
    <message>
        <source>It goes on in {wait}.</source>
        <translation>Continua em {wait}.</translation>
    </message>
    <message>
        <source>it has another file under this name</source>
        <translation>tem outro arquivo com este nome</translation>
    </message>
    <message>
        <source>it has no {file}</source>
        <translation>não tem {file}</translation>
    </message>
    <message>
        <source>it holds a broken character.</source>
        <translation>contém um caractere danificado.</translation>
    </message>
    <message>
        <source>It holds no words, nothing was saved.</source>
        <translation>Ele não contém palavras, nada foi salvo.</translation>
    </message>
    <message>
        <source>It is downloaded again.</source>
        <translation>Ele é baixado novamente.</translation>
    </message>
    <message>
        <source>It is in the history and can be copied from there.</source>
        <translation>Ele está no histórico e pode ser copiado de lá.</translation>
    </message>
    <message>
        <source>It is made again by itself.</source>
        <translation>Ela é refeita automaticamente.</translation>
    </message>
    <message>
        <source>It is removed when Saywrite is uninstalled.</source>
        <translation>Ele é removido quando o Saywrite é desinstalado.</translation>
    </message>
    <message>
        <source>It is tried again when the network changes.</source>
        <translation>Uma nova tentativa será feita quando a rede mudar.</translation>
    </message>
    <message>
        <source>It is tried again; check the addresses in {settings}.</source>
        <translation>Uma nova tentativa está em andamento; verifique os endereços em {settings}.</translation>
    </message>
    <message>
        <source>It is tried again; check the network and the addresses in {settings}.</source>
        <translation>Uma nova tentativa está em andamento; verifique a rede e os endereços em {settings}.</translation>
    </message>
    <message>
        <source>It is tried again; check the network connection.</source>
        <translation>Uma nova tentativa está em andamento; verifique a conexão de rede.</translation>
    </message>
    <message>
        <source>It is tried again; check the proxy in the system's settings.</source>
        <translation>Uma nova tentativa está em andamento; verifique o proxy nas configurações do sistema.</translation>
    </message>
    <message>
        <source>It is tried again; end those on other computers or in other programs.</source>
        <translation>Uma nova tentativa está em andamento; encerre os ditados em outros computadores ou em outros programas.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, ask aiOla.</source>
        <translation>Uma nova tentativa está em andamento; se persistir, fale com a aiOla.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, ask whoever runs your network to let WebSockets pass.</source>
        <translation>Uma nova tentativa está em andamento; se persistir, peça a quem administra sua rede que deixe passar WebSockets.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, check the addresses in {settings}.</source>
        <translation>Uma nova tentativa está em andamento; se persistir, verifique os endereços em {settings}.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, the log tells more.</source>
        <translation>Uma nova tentativa está em andamento; se persistir, o registro diz mais.</translation>
    </message>
    <message>
        <source>It may have been removed; nothing was changed.</source>
        <translation>Ele pode ter sido removido; nada foi alterado.</translation>
    </message>
    <message>
        <source>it points to an address that is not secure</source>
        <translation>aponta para um endereço não seguro</translation>
    </message>
    <message>
        <source>it redirects without end</source>
        <translation>redireciona sem fim</translation>
    </message>
    <message>
        <source>it refuses access (HTTP {status})</source>
        <translation>recusa o acesso (HTTP {status})</translation>
    </message>
    <message>
        <source>it sends another part of the file than asked for</source>
        <translation>envia uma parte do arquivo diferente da pedida</translation>
    </message>
    <message>
        <source>it sends more bytes than the file has</source>
        <translation>envia mais bytes do que o arquivo tem</translation>
    </message>
    <message>
        <source>it sends other bytes than the published ones</source>
        <translation>envia bytes diferentes dos publicados</translation>
    </message>
    <message>
        <source>It was kept as {name} beside it; the defaults are used.</source>
        <translation>O arquivo foi mantido ao lado como {name}; os valores padrão são usados.</translation>
    </message>
    <message>
        <source>It was left as it is; the defaults are used. Repair or move it.</source>
        <translation>O arquivo foi deixado como estava; os valores padrão são usados. Repare-o ou mova-o.</translation>
    </message>
    <message>
        <source>It works in every program.</source>
        <translation>Funciona em todos os programas.</translation>
    </message>
    <message>
        <source>Italian</source>
        <translation>Italiano</translation>
    </message>
    <message>
        <source>its address cannot be read</source>
        <translation>o endereço não pode ser lido</translation>
    </message>
    <message>
        <source>its packages do not hold the model</source>
        <translation>os pacotes não contêm o modelo</translation>
    </message>
    <message>
        <source>Its page says what is new, and how to install it.</source>
        <translation>A página dessa versão diz o que há de novo e como instalá-la.</translation>
    </message>
    <message>
        <source>Its recording is kept for a few seconds.</source>
        <translation>A gravação é mantida por alguns segundos.</translation>
    </message>
    <message>
        <source>Its recording is kept for a few seconds. The menu of this icon offers to undo it.</source>
        <translation>A gravação é mantida por alguns segundos. O menu deste ícone permite desfazer o cancelamento.</translation>
    </message>
    <message>
        <source>Its text could not be written to the history.</source>
        <translation>Não foi possível gravar seu texto no histórico.</translation>
    </message>
    <message>
        <source>Its text is unchanged.</source>
        <translation>O texto dele não mudou.</translation>
    </message>
    <message>
        <source>Japanese</source>
        <translation>Japonês</translation>
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
        <translation>&amp;Tecla</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Manter</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Manter</translation>
    </message>
    <message>
        <source>Keep line breaks</source>
        <translation>Manter as quebras de linha</translation>
    </message>
    <message>
        <source>Keep recordings</source>
        <translation>Manter gravações</translation>
    </message>
    <message>
        <source>Keep running when closed</source>
        <translation>Continuar em execução ao fechar</translation>
    </message>
    <message>
        <source>Keep Saywrite open; close what else keeps the disk busy.</source>
        <translation>Mantenha o Saywrite aberto; feche o que mais estiver ocupando o disco.</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Tecla</translation>
    </message>
    <message>
        <source>Key to first sound</source>
        <translation>Da tecla ao primeiro som</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Atalhos de teclado</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Teclas</translation>
    </message>
    <message>
        <source>Keys are kept in {name}.</source>
        <translation>As chaves são guardadas em {name}.</translation>
    </message>
    <message>
        <source>Keyword lab</source>
        <translation>Laboratório de palavras-chave</translation>
    </message>
    <message>
        <source>Keywords</source>
        <translation>Palavras-chave</translation>
    </message>
    <message>
        <source>Keywords (*.csv *.json *.txt)</source>
        <translation>Palavras-chave (*.csv *.json *.txt)</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Idioma</translation>
    </message>
    <message>
        <source>Language of the program</source>
        <translation>Idioma do programa</translation>
    </message>
    <message>
        <source>Language of the second key</source>
        <translation>Idioma da segunda tecla</translation>
    </message>
    <message>
        <source>Leave it empty for the folder that you used last.</source>
        <translation>Deixe em branco para usar a última pasta.</translation>
    </message>
    <message>
        <source>Left and right walk through them.</source>
        <translation>As setas para a esquerda e para a direita os percorrem.</translation>
    </message>
    <message>
        <source>Left {key}</source>
        <translation>{key} esquerdo</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Duração</translation>
    </message>
    <message>
        <source>Length of the recording</source>
        <translation>Duração da gravação</translation>
    </message>
    <message>
        <source>Less</source>
        <translation>Menos</translation>
    </message>
    <message>
        <source>Let go of all keys and try again.</source>
        <translation>Solte todas as teclas e tente novamente.</translation>
    </message>
    <message>
        <source>libpulse-simple is missing.</source>
        <translation>Falta a libpulse-simple.</translation>
    </message>
    <message>
        <source>libraries that PyAV's wheels carry</source>
        <translation>bibliotecas contidas nos pacotes wheel do PyAV</translation>
    </message>
    <message>
        <source>Licenses</source>
        <translation>Licenças</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Claro</translation>
    </message>
    <message>
        <source>Line breaks in terminals</source>
        <translation>Quebras de linha em terminais</translation>
    </message>
    <message>
        <source>Line {line}: {what}</source>
        <translation>Linha {line}: {what}</translation>
    </message>
    <message>
        <source>Lines that were not imported</source>
        <translation>Linhas que não foram importadas</translation>
    </message>
    <message>
        <source>Listen</source>
        <translation>Ouvir</translation>
    </message>
    <message>
        <source>Listen before the key press</source>
        <translation>Ouvir antes de pressionar a tecla</translation>
    </message>
    <message>
        <source>Listen to the sounds</source>
        <translation>Ouvir os sons</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>Ouvindo</translation>
    </message>
    <message>
        <source>listening</source>
        <translation>ouvindo</translation>
    </message>
    <message>
        <source>Listening. Speak now.</source>
        <translation>O Saywrite está ouvindo. Fale agora.</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>Ouvindo…</translation>
    </message>
    <message>
        <source>loading…</source>
        <translation>carregando…</translation>
    </message>
    <message>
        <source>loads when needed</source>
        <translation>carrega quando necessário</translation>
    </message>
    <message>
        <source>locks the screen</source>
        <translation>bloquear a tela</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Registro</translation>
    </message>
    <message>
        <source>Log out and in again, then try again.</source>
        <translation>Saia da sessão, entre de novo e tente novamente.</translation>
    </message>
    <message>
        <source>Longest dictation</source>
        <translation>Ditado mais longo</translation>
    </message>
    <message>
        <source>Longest sentence</source>
        <translation>Frase mais longa</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>Procurando modelos…</translation>
    </message>
    <message>
        <source>Looking for updates…</source>
        <translation>Procurando atualizações…</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Procurando…</translation>
    </message>
    <message>
        <source>macOS does not give {chord} to programs ({code}).</source>
        <translation>O macOS não dá {chord} aos programas ({code}).</translation>
    </message>
    <message>
        <source>macOS does not let Saywrite insert text yet. The text is on the clipboard.</source>
        <translation>O macOS ainda não deixa o Saywrite inserir texto. O texto está na área de transferência.</translation>
    </message>
    <message>
        <source>macOS does not report {chord} to other programs.</source>
        <translation>O macOS não informa {chord} a outros programas.</translation>
    </message>
    <message>
        <source>Make it writable for your user, then try again.</source>
        <translation>Dê ao seu usuário permissão de gravação ali e tente novamente.</translation>
    </message>
    <message>
        <source>Make it writable, or {elsewhere}.</source>
        <translation>Permita a gravação nele ou {elsewhere}.</translation>
    </message>
    <message>
        <source>Make the file readable for your user and start Saywrite again.</source>
        <translation>Permita que seu usuário leia o arquivo e inicie o Saywrite novamente.</translation>
    </message>
    <message>
        <source>Make the file readable for your user.</source>
        <translation>Permita que seu usuário leia o arquivo.</translation>
    </message>
    <message>
        <source>Make the folder {parent} writable for your user, or start with --data and another folder.</source>
        <translation>Dê ao seu usuário permissão de gravação na pasta {parent}, ou inicie o Saywrite com --data e outra pasta.</translation>
    </message>
    <message>
        <source>Mark words heard differently</source>
        <translation>Marcar palavras ouvidas de outra forma</translation>
    </message>
    <message>
        <source>Markdown</source>
        <translation>Markdown</translation>
    </message>
    <message>
        <source>Match &amp;case</source>
        <translation>Diferenciar &amp;maiúsculas de minúsculas</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>MB</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>Microfone</translation>
    </message>
    <message>
        <source>Microphone level</source>
        <translation>Nível do microfone</translation>
    </message>
    <message>
        <source>Microphone level: {value}</source>
        <translation>Nível do microfone: {value}</translation>
    </message>
    <message>
        <source>milliseconds</source>
        <translation>milissegundos</translation>
    </message>
    <message>
        <source>minus {number}</source>
        <translation>menos {number}</translation>
    </message>
    <message>
        <source>mirror offline</source>
        <translation>espelho servidor offline</translation>
    </message>
    <message>
        <source>Missing sound</source>
        <translation>Som ausente</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modelo</translation>
    </message>
    <message>
        <source>model damaged</source>
        <translation>modelo danificado</translation>
    </message>
    <message>
        <source>Models come over https only, so that nobody can change them on the way. Write https:// before the host.</source>
        <translation>Os modelos só vêm por https, para que ninguém possa alterá-los no caminho. Escreva https:// antes do host.</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>Modelos…</translation>
    </message>
    <message>
        <source>Month</source>
        <translation>Mês</translation>
    </message>
    <message>
        <source>Motion</source>
        <translation>Movimento</translation>
    </message>
    <message>
        <source>Mouse {number}</source>
        <translation>Botão {number} do mouse</translation>
    </message>
    <message>
        <source>Move away a little, or lower the input level in the sound settings of this computer.</source>
        <translation>Afaste-se um pouco ou abaixe o nível de entrada nas configurações de som deste computador.</translation>
    </message>
    <message>
        <source>Move it to another place, or start with --data and another folder.</source>
        <translation>Mova-o para outro lugar, ou inicie o Saywrite com --data e outra pasta.</translation>
    </message>
    <message>
        <source>Moved to {label} in the sound settings.</source>
        <translation>O microfone foi trocado para {label} nas configurações de som.</translation>
    </message>
    <message>
        <source>must be a whole number</source>
        <translation>deve ser um número inteiro</translation>
    </message>
    <message>
        <source>must be between {minimum} and {maximum}</source>
        <translation>deve estar entre {minimum} e {maximum}</translation>
    </message>
    <message>
        <source>must be one of {names}</source>
        <translation>deve ser um destes valores: {names}</translation>
    </message>
    <message>
        <source>must be text in quotes</source>
        <translation>deve ser texto entre aspas</translation>
    </message>
    <message>
        <source>must be text of at most {limit} characters</source>
        <translation>deve ser texto de no máximo {limit} caracteres</translation>
    </message>
    <message>
        <source>must be true or false</source>
        <translation>deve ser true ou false</translation>
    </message>
    <message>
        <source>Name of the saved text</source>
        <translation>Nome do texto salvo</translation>
    </message>
    <message>
        <source>Name the sound files in it.</source>
        <translation>Indique os arquivos de som que estão nela.</translation>
    </message>
    <message>
        <source>Native libraries and tables</source>
        <translation>Bibliotecas nativas e tabelas</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Nunca</translation>
    </message>
    <message>
        <source>New paragraph after a pause of</source>
        <translation>Novo parágrafo após uma pausa de</translation>
    </message>
    <message>
        <source>New text</source>
        <translation>Texto novo</translation>
    </message>
    <message>
        <source>New text: go to the end of the transcript</source>
        <translation>Texto novo: ir para o fim da transcrição</translation>
    </message>
    <message>
        <source>Next (F3)</source>
        <translation>Próximo (F3)</translation>
    </message>
    <message>
        <source>No dictations yet. What you dictate is kept here.</source>
        <translation>Ainda não há ditados. O que você ditar ficará guardado aqui.</translation>
    </message>
    <message>
        <source>No files</source>
        <translation>Nenhum arquivo</translation>
    </message>
    <message>
        <source>No keyword could be read from this {kind} file. Line {line}: {what}</source>
        <translation>Nenhuma palavra-chave pôde ser lida deste arquivo {kind}. Linha {line}: {what}</translation>
    </message>
    <message>
        <source>No keyword has these letters.</source>
        <translation>Nenhuma palavra-chave contém estas letras.</translation>
    </message>
    <message>
        <source>No keyword is in your last dictations.</source>
        <translation>Nenhuma palavra-chave aparece em seus últimos ditados.</translation>
    </message>
    <message>
        <source>No microphone found</source>
        <translation>Nenhum microfone encontrado</translation>
    </message>
    <message>
        <source>No microphone is connected.</source>
        <translation>Nenhum microfone está conectado.</translation>
    </message>
    <message>
        <source>No microphone was found.</source>
        <translation>Nenhum microfone foi encontrado.</translation>
    </message>
    <message>
        <source>no model</source>
        <translation>nenhum modelo</translation>
    </message>
    <message>
        <source>no model yet</source>
        <translation>ainda sem modelo</translation>
    </message>
    <message>
        <source>No recognizer of this version does. The language stays as it was.</source>
        <translation>Nenhum reconhecedor desta versão o conhece. O idioma continua o mesmo.</translation>
    </message>
    <message>
        <source>No secure connection to {host} can be made ({detail}).</source>
        <translation>Não é possível fazer uma conexão segura com {host} ({detail}).</translation>
    </message>
    <message>
        <source>No setting has these words.</source>
        <translation>Nenhuma configuração contém estas palavras.</translation>
    </message>
    <message>
        <source>No sound files are in this folder.</source>
        <translation>Não há arquivos de som nesta pasta.</translation>
    </message>
    <message>
        <source>No text</source>
        <translation>Sem texto</translation>
    </message>
    <message>
        <source>No translation</source>
        <translation>Sem tradução</translation>
    </message>
    <message>
        <source>No words were recognized.</source>
        <translation>Nenhuma palavra foi reconhecida.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>nenhuma</translation>
    </message>
    <message>
        <source>None: press to choose</source>
        <translation>Nenhuma: pressione para escolher</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>Normal</translation>
    </message>
    <message>
        <source>not connected</source>
        <translation>não conectado</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>Não encontrado</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>não encontrado</translation>
    </message>
    <message>
        <source>Not on this computer</source>
        <translation>Não está neste computador</translation>
    </message>
    <message>
        <source>not valid JSON from here on.</source>
        <translation>JSON inválido a partir daqui.</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nada</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Nada encontrado</translation>
    </message>
    <message>
        <source>Nothing found for “{words}” with these filters.</source>
        <translation>Nada encontrado para “{words}” com estes filtros.</translation>
    </message>
    <message>
        <source>Nothing found for “{words}”.</source>
        <translation>Nada encontrado para “{words}”.</translation>
    </message>
    <message>
        <source>Nothing is recorded on disk yet.</source>
        <translation>Nada está gravado em disco ainda.</translation>
    </message>
    <message>
        <source>Nothing is saved yet; new sound is kept in memory.</source>
        <translation>Nada está salvo ainda; o som novo é mantido na memória.</translation>
    </message>
    <message>
        <source>Nothing leaves this computer</source>
        <translation>Nada sai deste computador</translation>
    </message>
    <message>
        <source>Nothing left this computer</source>
        <translation>Nada saiu deste computador</translation>
    </message>
    <message>
        <source>Nothing matches these filters.</source>
        <translation>Nada corresponde a estes filtros.</translation>
    </message>
    <message>
        <source>nothing may leave this computer</source>
        <translation>nada pode sair deste computador</translation>
    </message>
    <message>
        <source>Nothing measured yet. Dictate something; how long each step took is kept with its text.</source>
        <translation>Ainda não há medições. Dite algo; o tempo de cada etapa é mantido com o texto.</translation>
    </message>
    <message>
        <source>nothing new</source>
        <translation>nada de novo</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>Nada foi alterado.</translation>
    </message>
    <message>
        <source>Nothing was dictated this month yet.</source>
        <translation>Nada foi ditado neste mês ainda.</translation>
    </message>
    <message>
        <source>Nothing was dictated yet.</source>
        <translation>Nada foi ditado ainda.</translation>
    </message>
    <message>
        <source>Nothing was pasted: a text of the transcript has at most {most:,} characters.</source>
        <translation>Nada foi colado: um texto da transcrição tem no máximo {most:,} caracteres.</translation>
    </message>
    <message>
        <source>Nothing you dictated has left this computer.</source>
        <translation>Nada do que você ditou saiu deste computador.</translation>
    </message>
    <message>
        <source>Now recording from {device}.</source>
        <translation>Agora gravando com {device}.</translation>
    </message>
    <message>
        <source>Nowhere: nothing left this computer</source>
        <translation>Para lugar nenhum: nada saiu deste computador</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Desativado</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Offline</translation>
    </message>
    <message>
        <source>offline</source>
        <translation>offline</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>Neste computador</translation>
    </message>
    <message>
        <source>On, and clicks reach the window below</source>
        <translation>Ativado, e os cliques chegam à janela abaixo</translation>
    </message>
    <message>
        <source>On, and it can be dragged</source>
        <translation>Ativado, e pode ser arrastado</translation>
    </message>
    <message>
        <source>One moment…</source>
        <translation>Um momento…</translation>
    </message>
    <message>
        <source>Only while aiOla cannot be reached</source>
        <translation>Somente enquanto a aiOla não estiver acessível</translation>
    </message>
    <message>
        <source>Open a browser and sign in to this network; then it goes on.</source>
        <translation>Abra um navegador e faça login nesta rede; depois disso, continua.</translation>
    </message>
    <message>
        <source>Open a web page in the browser and sign in to the network, then try again.</source>
        <translation>Abra uma página da web no navegador, faça login na rede e tente novamente.</translation>
    </message>
    <message>
        <source>Open the page</source>
        <translation>Abrir a página</translation>
    </message>
    <message>
        <source>opening the stream</source>
        <translation>abertura da transmissão</translation>
    </message>
    <message>
        <source>opens a terminal</source>
        <translation>abrir um terminal</translation>
    </message>
    <message>
        <source>opens help</source>
        <translation>abrir a ajuda</translation>
    </message>
    <message>
        <source>opens Spotlight</source>
        <translation>abrir o Spotlight</translation>
    </message>
    <message>
        <source>opens the clipboard history</source>
        <translation>abrir o histórico da área de transferência</translation>
    </message>
    <message>
        <source>opens the menu of a window</source>
        <translation>abrir o menu de uma janela</translation>
    </message>
    <message>
        <source>opens the settings</source>
        <translation>abre as configurações</translation>
    </message>
    <message>
        <source>opens the start menu</source>
        <translation>abrir o menu Iniciar</translation>
    </message>
    <message>
        <source>Or put an API key into {key_variable}.</source>
        <translation>Ou coloque uma chave de API em {key_variable}.</translation>
    </message>
    <message>
        <source>Over 10 min</source>
        <translation>Mais de 10 min</translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation>Painel flutuante</translation>
    </message>
    <message>
        <source>Pages of settings</source>
        <translation>Páginas de configurações</translation>
    </message>
    <message>
        <source>Paste it where you want it.</source>
        <translation>Cole-o onde quiser.</translation>
    </message>
    <message>
        <source>paste type clipboard</source>
        <translation>colar digitar área de transferência</translation>
    </message>
    <message>
        <source>Paste your {label} here</source>
        <translation>Cole aqui: {label}</translation>
    </message>
    <message>
        <source>pastes</source>
        <translation>colar</translation>
    </message>
    <message>
        <source>Pasting</source>
        <translation>Colagem</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pausa</translation>
    </message>
    <message>
        <source>Pause between sentences</source>
        <translation>Pausa entre frases</translation>
    </message>
    <message>
        <source>Paused at {done}</source>
        <translation>Pausado em {done}</translation>
    </message>
    <message>
        <source>paused at {share} %</source>
        <translation>pausado em {share} %</translation>
    </message>
    <message>
        <source>pill floating</source>
        <translation>flutuante janela flutuante pílula</translation>
    </message>
    <message>
        <source>Plain &amp;text</source>
        <translation>Te&amp;xto simples</translation>
    </message>
    <message>
        <source>Plain text</source>
        <translation>Texto simples</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Reproduzir</translation>
    </message>
    <message>
        <source>Play (Ctrl+P)</source>
        <translation>Reproduzir (Ctrl+P)</translation>
    </message>
    <message>
        <source>Play a sound at the start</source>
        <translation>Reproduzir um som no início</translation>
    </message>
    <message>
        <source>Play sounds</source>
        <translation>Reproduzir sons</translation>
    </message>
    <message>
        <source>Plug in a microphone or switch it on, then try again.</source>
        <translation>Conecte um microfone ou ligue-o e tente novamente.</translation>
    </message>
    <message>
        <source>Plug in a speaker or headphones, or choose an output in the sound settings.</source>
        <translation>Conecte um alto-falante ou fones de ouvido, ou escolha uma saída nas configurações de som.</translation>
    </message>
    <message>
        <source>Portuguese</source>
        <translation>Português</translation>
    </message>
    <message>
        <source>preparing…</source>
        <translation>preparando…</translation>
    </message>
    <message>
        <source>preroll listen ahead</source>
        <translation>pré-gravação ouvir antes</translation>
    </message>
    <message>
        <source>Present text: {origin}</source>
        <translation>Texto atual: {origin}</translation>
    </message>
    <message>
        <source>Press a key, speak, press it again</source>
        <translation>Pressione uma tecla, fale e pressione novamente</translation>
    </message>
    <message>
        <source>Press Start and speak</source>
        <translation>Pressione Iniciar e fale</translation>
    </message>
    <message>
        <source>Press Start and speak.</source>
        <translation>Pressione Iniciar e fale.</translation>
    </message>
    <message>
        <source>Press the keys… (Esc: leave it)</source>
        <translation>Pressione as teclas… (Esc: não alterar)</translation>
    </message>
    <message>
        <source>Press {hotkey}, say any sentence, and press it again.</source>
        <translation>Pressione {hotkey}, diga uma frase qualquer e pressione novamente.</translation>
    </message>
    <message>
        <source>Press {hotkey}, say “one, two, three”, and press it again:</source>
        <translation>Pressione {hotkey}, diga “um, dois, três” e pressione novamente:</translation>
    </message>
    <message>
        <source>Press {key} in any program</source>
        <translation>Pressione {key} em qualquer programa</translation>
    </message>
    <message>
        <source>Previous (Shift+F3)</source>
        <translation>Anterior (Shift+F3)</translation>
    </message>
    <message>
        <source>private network internet cloud</source>
        <translation>privado privacidade rede internet nuvem offline</translation>
    </message>
    <message>
        <source>Private: what you say does not leave this computer. Needs no network and no account.</source>
        <translation>Privado: o que você diz não sai deste computador. Não requer rede nem conta.</translation>
    </message>
    <message>
        <source>problem</source>
        <translation>problema</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Problemas</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programa</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Progresso</translation>
    </message>
    <message>
        <source>Progress of the trial</source>
        <translation>Progresso do teste</translation>
    </message>
    <message>
        <source>Progress of transcribing again</source>
        <translation>Progresso da nova transcrição</translation>
    </message>
    <message>
        <source>Progress of {label}</source>
        <translation>Progresso de {label}</translation>
    </message>
    <message>
        <source>Progress of {name}</source>
        <translation>Progresso de {name}</translation>
    </message>
    <message>
        <source>Push-to-talk</source>
        <translation>Pressionar para falar</translation>
    </message>
    <message>
        <source>Put a new one into {settings}, or check the computer's date and time.</source>
        <translation>Informe um novo em {settings} ou verifique a data e a hora do computador.</translation>
    </message>
    <message>
        <source>Put it into Settings → aiOla, or an API key into the environment variable {key_variable}.</source>
        <translation>Informe-o em Configurações → aiOla, ou coloque uma chave de API na variável de ambiente {key_variable}.</translation>
    </message>
    <message>
        <source>Put it into {settings}, or into {key_variable}.</source>
        <translation>Informe-a em {settings} ou coloque-a em {key_variable}.</translation>
    </message>
    <message>
        <source>Put the file back, or start Saywrite again: it begins a new history, and recordings are kept.</source>
        <translation>Coloque o arquivo de volta ou inicie o Saywrite novamente: ele começa um novo histórico, e as gravações são mantidas.</translation>
    </message>
    <message>
        <source>Put them into the proxy's address in the system's settings or in HTTPS_PROXY (http://name:password@host:port).</source>
        <translation>Coloque-os no endereço do proxy, nas configurações do sistema ou em HTTPS_PROXY (http://name:password@host:port).</translation>
    </message>
    <message>
        <source>Put your company's address into Settings → aiOla, or an API key into {key_variable}.</source>
        <translation>Informe o endereço da sua empresa em Configurações → aiOla, ou coloque uma chave de API em {key_variable}.</translation>
    </message>
    <message>
        <source>Put your company's address into {settings}.</source>
        <translation>Informe o endereço da sua empresa em {settings}.</translation>
    </message>
    <message>
        <source>Python packages</source>
        <translation>Pacotes Python</translation>
    </message>
    <message>
        <source>quit background</source>
        <translation>sair fechar segundo plano</translation>
    </message>
    <message>
        <source>Quit it and start it again.</source>
        <translation>Encerre-o e inicie-o novamente.</translation>
    </message>
    <message>
        <source>Quit it and start it again: it may be an older one.</source>
        <translation>Encerre-o e inicie-o novamente: pode ser um mais antigo.</translation>
    </message>
    <message>
        <source>quits a program</source>
        <translation>encerrar um programa</translation>
    </message>
    <message>
        <source>Raise its input level in the sound settings, or come closer to it.</source>
        <translation>Aumente o nível de entrada dele nas configurações de som ou chegue mais perto.</translation>
    </message>
    <message>
        <source>Raise its level, then transcribe it again.</source>
        <translation>Aumente o nível e depois transcreva-o novamente.</translation>
    </message>
    <message>
        <source>Re&amp;move</source>
        <translation>&amp;Remover</translation>
    </message>
    <message>
        <source>Reading the file…</source>
        <translation>Lendo o arquivo…</translation>
    </message>
    <message>
        <source>reads and writes sound files; it comes inside PyAV (BSD 3-Clause)</source>
        <translation>lê e grava arquivos de som; vem dentro do PyAV (BSD 3-Clause)</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Pronto</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>pronto</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>Recebido</translation>
    </message>
    <message>
        <source>Recognition</source>
        <translation>Reconhecimento</translation>
    </message>
    <message>
        <source>Recognition models</source>
        <translation>Modelos de reconhecimento</translation>
    </message>
    <message>
        <source>Recognize the &amp;recordings again</source>
        <translation>&amp;Reconhecer as gravações novamente</translation>
    </message>
    <message>
        <source>Recognized by {other} while {recognizer} was away</source>
        <translation>Reconhecido por {other} enquanto {recognizer} não estava acessível</translation>
    </message>
    <message>
        <source>Recognized on this computer while {recognizer} was away</source>
        <translation>Reconhecido neste computador enquanto {recognizer} não estava acessível</translation>
    </message>
    <message>
        <source>Recognizer</source>
        <translation>Reconhecedor</translation>
    </message>
    <message>
        <source>Recognizer and language</source>
        <translation>Reconhecedor e idioma</translation>
    </message>
    <message>
        <source>Recognizer and language: {words}</source>
        <translation>Reconhecedor e idioma: {words}</translation>
    </message>
    <message>
        <source>Recognizer and microphone</source>
        <translation>Reconhecedor e microfone</translation>
    </message>
    <message>
        <source>Recognizer of the second key</source>
        <translation>Reconhecedor da segunda tecla</translation>
    </message>
    <message>
        <source>Recognizer state</source>
        <translation>Estado do reconhecedor</translation>
    </message>
    <message>
        <source>Recognizer: {word}</source>
        <translation>Reconhecedor: {word}</translation>
    </message>
    <message>
        <source>Recognizing recording {done} of {number}</source>
        <translation>Reconhecendo a gravação {done} de {number}</translation>
    </message>
    <message>
        <source>Recognizing your last dictation…</source>
        <translation>Reconhecendo seu último ditado…</translation>
    </message>
    <message>
        <source>reconnecting</source>
        <translation>reconectando</translation>
    </message>
    <message>
        <source>reconnecting in {left} s</source>
        <translation>reconectando em {left} s</translation>
    </message>
    <message>
        <source>Reconnecting, recording goes on</source>
        <translation>Reconectando, a gravação continua</translation>
    </message>
    <message>
        <source>reconnecting…</source>
        <translation>reconectando…</translation>
    </message>
    <message>
        <source>Record or copy it again.</source>
        <translation>Grave-o ou copie-o novamente.</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>Gravado</translation>
    </message>
    <message>
        <source>Recorded time</source>
        <translation>Tempo gravado</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Gravação</translation>
    </message>
    <message>
        <source>Recording continues in both cases.</source>
        <translation>A gravação continua nos dois casos.</translation>
    </message>
    <message>
        <source>Recording goes on as soon as sound arrives.</source>
        <translation>A gravação continuará assim que o som chegar.</translation>
    </message>
    <message>
        <source>Recording goes on while the connection is being restored.</source>
        <translation>A gravação continua enquanto a conexão é restabelecida.</translation>
    </message>
    <message>
        <source>recording, text follows</source>
        <translation>gravando, o texto virá depois</translation>
    </message>
    <message>
        <source>Recording; the connection is being restored…</source>
        <translation>Gravando; a conexão está sendo restabelecida…</translation>
    </message>
    <message>
        <source>Recordings are kept until you choose in the settings for how long.</source>
        <translation>As gravações são mantidas até você escolher nas configurações por quanto tempo.</translation>
    </message>
    <message>
        <source>Recordings whose text is missing now are offered to be transcribed again.</source>
        <translation>As gravações cujo texto falta agora são oferecidas para nova transcrição.</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>recusado</translation>
    </message>
    <message>
        <source>refused, again in {left} s</source>
        <translation>recusado, nova tentativa em {left} s</translation>
    </message>
    <message>
        <source>refused, trying again…</source>
        <translation>recusado, tentando novamente…</translation>
    </message>
    <message>
        <source>refused: {reason}</source>
        <translation>recusado: {reason}</translation>
    </message>
    <message>
        <source>Release to text</source>
        <translation>De soltar a tecla ao texto</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Remover</translation>
    </message>
    <message>
        <source>Remove it and download it again: saywrite models remove {model}, saywrite models download {model}</source>
        <translation>Remova-o e baixe-o novamente: saywrite models remove {model}, saywrite models download {model}</translation>
    </message>
    <message>
        <source>Remove the selected keywords (Delete)</source>
        <translation>Remover as palavras-chave selecionadas (Delete)</translation>
    </message>
    <message>
        <source>Remove {folder}.</source>
        <translation>Remova {folder}.</translation>
    </message>
    <message>
        <source>Remove {label} from this computer?</source>
        <translation>Remover {label} deste computador?</translation>
    </message>
    <message>
        <source>Remove {path}.</source>
        <translation>Remova {path}.</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Remover…</translation>
    </message>
    <message>
        <source>Rename the folder, then try again.</source>
        <translation>Renomeie a pasta e tente novamente.</translation>
    </message>
    <message>
        <source>Restart it, or log out and in again.</source>
        <translation>Reinicie-o, ou saia da sessão e entre novamente.</translation>
    </message>
    <message>
        <source>Restart Saywrite; if that does not help, install it again.</source>
        <translation>Reinicie o Saywrite; se isso não ajudar, reinstale-o.</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Retomar</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Tentar novamente</translation>
    </message>
    <message>
        <source>Retry {name}</source>
        <translation>Tentar novamente: {name}</translation>
    </message>
    <message>
        <source>Right {key}</source>
        <translation>{key} direito</translation>
    </message>
    <message>
        <source>Rules for single programs</source>
        <translation>Regras para programas específicos</translation>
    </message>
    <message>
        <source>Run: chmod 700 {folder}</source>
        <translation>Execute: chmod 700 {folder}</translation>
    </message>
    <message>
        <source>runs a command</source>
        <translation>executar um comando</translation>
    </message>
    <message>
        <source>runs the speech models; its wheels carry libgomp (GPL 3 with the GCC runtime library exception)</source>
        <translation>executa os modelos de fala; seus pacotes wheel contêm libgomp (GPL 3 com a exceção da biblioteca de execução do GCC)</translation>
    </message>
    <message>
        <source>S&amp;how</source>
        <translation>&amp;Mostrar</translation>
    </message>
    <message>
        <source>S&amp;kip</source>
        <translation>Pu&amp;lar</translation>
    </message>
    <message>
        <source>S&amp;peed…</source>
        <translation>V&amp;elocidade…</translation>
    </message>
    <message>
        <source>S&amp;top testing</source>
        <translation>&amp;Parar o teste</translation>
    </message>
    <message>
        <source>S&amp;wap with “{other}”</source>
        <translation>Trocar &amp;por “{other}”</translation>
    </message>
    <message>
        <source>Same as the first key</source>
        <translation>Igual à primeira tecla</translation>
    </message>
    <message>
        <source>Same as the system</source>
        <translation>Igual ao sistema</translation>
    </message>
    <message>
        <source>Save audio</source>
        <translation>Salvar áudio</translation>
    </message>
    <message>
        <source>Save audio…</source>
        <translation>Salvar áudio…</translation>
    </message>
    <message>
        <source>Save the sound to a file first.</source>
        <translation>Salve primeiro o som em um arquivo.</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>Salvo</translation>
    </message>
    <message>
        <source>Saved as {name}</source>
        <translation>Salvo como {name}</translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation>{name}: salvo</translation>
    </message>
    <message>
        <source>saves</source>
        <translation>salvar</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Salvando…</translation>
    </message>
    <message>
        <source>Say a sentence</source>
        <translation>Diga uma frase</translation>
    </message>
    <message>
        <source>Say how to write “{spoken}”: the written form is empty.</source>
        <translation>Indique como escrever “{spoken}”: a forma escrita está vazia.</translation>
    </message>
    <message>
        <source>Say something</source>
        <translation>Diga algo</translation>
    </message>
    <message>
        <source>Say something.</source>
        <translation>Diga algo.</translation>
    </message>
    <message>
        <source>Say what is heard: the spoken form is empty.</source>
        <translation>Indique o que é ouvido: a forma falada está vazia.</translation>
    </message>
    <message>
        <source>Say “k eight s”, write “Kubernetes”.

Names, products, jargon: on the left as heard, on the right as written.</source>
        <translation>Diga “k oito s”, escreva “Kubernetes”.

Nomes, produtos, jargão: à esquerda como se ouve, à direita como se escreve.</translation>
    </message>
    <message>
        <source>Saywrite</source>
        <translation>Saywrite</translation>
    </message>
    <message>
        <source>Saywrite (process {pid}) does not answer.</source>
        <translation>O Saywrite (processo {pid}) não responde.</translation>
    </message>
    <message>
        <source>Saywrite cannot be asked: {reason}.</source>
        <translation>Não é possível falar com o Saywrite: {reason}.</translation>
    </message>
    <message>
        <source>Saywrite cannot be started with the session: the name {path} is no valid text.</source>
        <translation>O Saywrite não pode ser iniciado com a sessão: o nome {path} não é um texto válido.</translation>
    </message>
    <message>
        <source>Saywrite cannot use this key. Press another one.</source>
        <translation>O Saywrite não pode usar esta tecla. Pressione outra.</translation>
    </message>
    <message>
        <source>Saywrite hears the key, in every program.</source>
        <translation>O Saywrite capta a tecla em todos os programas.</translation>
    </message>
    <message>
        <source>Saywrite is already running on {display}; its window is there. Quit it there first to have it here, or start it with --data and another folder.</source>
        <translation>O Saywrite já está em execução em {display}; a janela dele está lá. Encerre-o lá primeiro para tê-lo aqui, ou inicie-o com --data e outra pasta.</translation>
    </message>
    <message>
        <source>Saywrite is already running with this data folder (process {pid} on {host}).</source>
        <translation>O Saywrite já está em execução com esta pasta de dados (processo {pid} em {host}).</translation>
    </message>
    <message>
        <source>Saywrite is already running with this data folder.</source>
        <translation>O Saywrite já está em execução com esta pasta de dados.</translation>
    </message>
    <message>
        <source>Saywrite is not running.</source>
        <translation>O Saywrite não está em execução.</translation>
    </message>
    <message>
        <source>Saywrite is running (process {pid}) but takes no commands.</source>
        <translation>O Saywrite está em execução (processo {pid}), mas não aceita comandos.</translation>
    </message>
    <message>
        <source>Saywrite is under the MIT license. Its parts have licenses of their own.</source>
        <translation>O Saywrite está sob a licença MIT. Seus componentes têm licenças próprias.</translation>
    </message>
    <message>
        <source>Saywrite itself had the focus, so the text was not inserted anywhere.</source>
        <translation>O próprio Saywrite estava ativo, por isso o texto não foi inserido em lugar nenhum.</translation>
    </message>
    <message>
        <source>Saywrite may not write to {place}</source>
        <translation>o Saywrite não tem permissão para gravar em {place}</translation>
    </message>
    <message>
        <source>Saywrite may not write to {place}.</source>
        <translation>O Saywrite não tem permissão para gravar em {place}.</translation>
    </message>
    <message>
        <source>Saywrite opens no connection to the network: it does not use aiOla and downloads no models.</source>
        <translation>O Saywrite não abre nenhuma conexão de rede: não usa a aiOla e não baixa modelos.</translation>
    </message>
    <message>
        <source>Saywrite overlay</source>
        <translation>Painel flutuante do Saywrite</translation>
    </message>
    <message>
        <source>Saywrite stays here</source>
        <translation>O Saywrite fica aqui</translation>
    </message>
    <message>
        <source>Saywrite stays in the tray. If there is no tray, closing the window quits.</source>
        <translation>O Saywrite fica na bandeja do sistema. Se não houver bandeja, fechar a janela encerra o programa.</translation>
    </message>
    <message>
        <source>Saywrite stays open as a window. On GNOME the extension AppIndicator adds a tray.</source>
        <translation>O Saywrite fica aberto como janela. No GNOME, a extensão AppIndicator adiciona uma bandeja do sistema.</translation>
    </message>
    <message>
        <source>Saywrite {version} is there.</source>
        <translation>O Saywrite {version} está disponível.</translation>
    </message>
    <message>
        <source>Saywrite {version} · Python {python_version} · Qt {qVersion} · {platform}</source>
        <translation>Saywrite {version} · Python {python_version} · Qt {qVersion} · {platform}</translation>
    </message>
    <message>
        <source>Saywrite: say “{phrase}”. The microphone is open.</source>
        <translation>Saywrite: diga “{phrase}”. O microfone está aberto.</translation>
    </message>
    <message>
        <source>Saywrite: {words}{preroll}</source>
        <translation>Saywrite: {words}{preroll}</translation>
    </message>
    <message>
        <source>Se&amp;ttings…</source>
        <translation>Con&amp;figurações…</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Pesquisar</translation>
    </message>
    <message>
        <source>Search in everything you dictated</source>
        <translation>Pesquisar em tudo o que você ditou</translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation>Pesquisar no histórico</translation>
    </message>
    <message>
        <source>Search the settings</source>
        <translation>Pesquisar nas configurações</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Pesquisando…</translation>
    </message>
    <message>
        <source>Second key</source>
        <translation>Segunda tecla</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>&amp;Selecionar tudo</translation>
    </message>
    <message>
        <source>selects all</source>
        <translation>selecionar tudo</translation>
    </message>
    <message>
        <source>Send it again when it is complete.</source>
        <translation>Envie-o novamente quando estiver completo.</translation>
    </message>
    <message>
        <source>sending the file</source>
        <translation>envio do arquivo</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Enviado</translation>
    </message>
    <message>
        <source>Sent to</source>
        <translation>Enviado para</translation>
    </message>
    <message>
        <source>Sent to {program}; it does not tell whether it took the text</source>
        <translation>Enviado para {program}; o programa não informa se aceitou o texto</translation>
    </message>
    <message>
        <source>sent {sent}</source>
        <translation>enviado {sent}</translation>
    </message>
    <message>
        <source>Service address</source>
        <translation>Endereço do serviço</translation>
    </message>
    <message>
        <source>Set it to 48,000 Hz in the system's sound settings, or choose another microphone.</source>
        <translation>Ajuste-o para 48.000 Hz nas configurações de som do sistema ou escolha outro microfone.</translation>
    </message>
    <message>
        <source>Set its date and time; dictation works all the same.</source>
        <translation>Acerte a data e a hora dele; o ditado funciona mesmo assim.</translation>
    </message>
    <message>
        <source>Set the computer's date and time, then try again.</source>
        <translation>Acerte a data e a hora do computador e tente novamente.</translation>
    </message>
    <message>
        <source>Set XDG_RUNTIME_DIR to a folder with a shorter path.</source>
        <translation>Defina XDG_RUNTIME_DIR como uma pasta com um caminho mais curto.</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Configurações</translation>
    </message>
    <message>
        <source>Settings &gt; Keyboard &gt; View and Customize Shortcuts &gt; Custom Shortcuts: add one with this command</source>
        <translation>Configurações &gt; Teclado &gt; Ver e personalizar atalhos &gt; Atalhos personalizados: adicione um com este comando</translation>
    </message>
    <message>
        <source>Settings → aiOla</source>
        <translation>Configurações → aiOla</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>&amp;Mostrar</translation>
    </message>
    <message>
        <source>shortcut hotkey</source>
        <translation>atalho de teclado combinação de teclas tecla de atalho</translation>
    </message>
    <message>
        <source>shortcut hotkey voice start stop listening accessibility</source>
        <translation>atalho de teclado combinação de teclas mãos livres voz controle por voz iniciar parar ouvir acessibilidade</translation>
    </message>
    <message>
        <source>shortcut push-to-talk</source>
        <translation>atalho de teclado combinação de teclas tecla de atalho</translation>
    </message>
    <message>
        <source>Shortest speech</source>
        <translation>Fala mais curta</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Mostrar</translation>
    </message>
    <message>
        <source>Show &amp;window</source>
        <translation>Mostrar &amp;janela</translation>
    </message>
    <message>
        <source>Show all dictations</source>
        <translation>Mostrar todos os ditados</translation>
    </message>
    <message>
        <source>Show fewer messages</source>
        <translation>Mostrar menos mensagens</translation>
    </message>
    <message>
        <source>Show text</source>
        <translation>Mostrar o texto</translation>
    </message>
    <message>
        <source>Show the &amp;files</source>
        <translation>Mostrar os &amp;arquivos</translation>
    </message>
    <message>
        <source>Show the keywords</source>
        <translation>Mostrar as palavras-chave</translation>
    </message>
    <message>
        <source>Show the text of {name}</source>
        <translation>Mostrar o texto: {name}</translation>
    </message>
    <message>
        <source>Show the unfinished dictations</source>
        <translation>Mostrar os ditados inacabados</translation>
    </message>
    <message>
        <source>Show the waveform</source>
        <translation>Mostrar a forma de onda</translation>
    </message>
    <message>
        <source>Show words while you speak</source>
        <translation>Mostrar palavras enquanto você fala</translation>
    </message>
    <message>
        <source>Shows words while you speak and writes while aiOla cannot be reached. Needs a recognition model.</source>
        <translation>Mostra palavras enquanto você fala e escreve enquanto a aiOla não está acessível. Requer um modelo de reconhecimento.</translation>
    </message>
    <message>
        <source>shows your keywords: names and terms as you write them</source>
        <translation>mostra suas palavras-chave: nomes e termos como você os escreve</translation>
    </message>
    <message>
        <source>Sign in with</source>
        <translation>Entrar com</translation>
    </message>
    <message>
        <source>Sign-in address</source>
        <translation>Endereço de login</translation>
    </message>
    <message>
        <source>Signed in at {host}.</source>
        <translation>Login feito em {host}.</translation>
    </message>
    <message>
        <source>signing in</source>
        <translation>login</translation>
    </message>
    <message>
        <source>Signing in failed ({name}).</source>
        <translation>O login falhou ({name}).</translation>
    </message>
    <message>
        <source>Some sound got lost on its way.</source>
        <translation>Parte do som se perdeu no caminho.</translation>
    </message>
    <message>
        <source>Some terminals run a command at every line break.</source>
        <translation>Alguns terminais executam um comando a cada quebra de linha.</translation>
    </message>
    <message>
        <source>Something went wrong inside Saywrite.</source>
        <translation>Algo deu errado dentro do Saywrite.</translation>
    </message>
    <message>
        <source>Something went wrong inside Saywrite. What you said is kept in the recording.</source>
        <translation>Algo deu errado dentro do Saywrite. O que você disse está guardado na gravação.</translation>
    </message>
    <message>
        <source>Something went wrong while the text was being inserted.</source>
        <translation>Algo deu errado enquanto o texto era inserido.</translation>
    </message>
    <message>
        <source>Sound goes to {host}.</source>
        <translation>O som vai para {host}.</translation>
    </message>
    <message>
        <source>Sound system</source>
        <translation>Sistema de som</translation>
    </message>
    <message>
        <source>Sound that has no text yet can no longer be read.</source>
        <translation>Não é mais possível ler uma parte do som que ainda não tem texto.</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Origem</translation>
    </message>
    <message>
        <source>Spanish</source>
        <translation>Espanhol</translation>
    </message>
    <message>
        <source>Speak</source>
        <translation>Falar</translation>
    </message>
    <message>
        <source>Speak up, move closer, or raise the input level in the sound settings of this computer.</source>
        <translation>Fale mais alto, aproxime-se ou aumente o nível de entrada nas configurações de som deste computador.</translation>
    </message>
    <message>
        <source>Speak while “{status}” is shown.</source>
        <translation>Fale enquanto “{status}” é exibido.</translation>
    </message>
    <message>
        <source>Speak, and it is written.</source>
        <translation>Fale, e está escrito.</translation>
    </message>
    <message>
        <source>Speak, then press it again: your words are inserted where you type.</source>
        <translation>Fale e depois pressione a tecla novamente: suas palavras são inseridas onde você digita.</translation>
    </message>
    <message>
        <source>Speak, then release the key: your words are inserted where you type.</source>
        <translation>Fale e depois solte a tecla: suas palavras são inseridas onde você digita.</translation>
    </message>
    <message>
        <source>Speak. Your words appear here as you say them.</source>
        <translation>Fale. Suas palavras aparecem aqui à medida que você as diz.</translation>
    </message>
    <message>
        <source>Speak. Your words are written as soon as the model is here.</source>
        <translation>Fale. Suas palavras serão escritas assim que o modelo estiver disponível.</translation>
    </message>
    <message>
        <source>Speech</source>
        <translation>Fala</translation>
    </message>
    <message>
        <source>Speech by month and host</source>
        <translation>Fala por mês e host</translation>
    </message>
    <message>
        <source>Speech counts for a host when any of it was sent there. Dictations that you delete stay in the sums of their month, without their text.</source>
        <translation>A fala conta para um host quando alguma parte dela foi enviada para lá. Os ditados que você exclui permanecem nas somas do mês deles, sem o texto.</translation>
    </message>
    <message>
        <source>speech models by OpenAI, converted by Systran (faster-whisper) and dropbox-dash, with 8-bit integers made here</source>
        <translation>modelos de fala da OpenAI, convertidos pela Systran (faster-whisper) e dropbox-dash, passados aqui para inteiros de 8 bits</translation>
    </message>
    <message>
        <source>Speech threshold</source>
        <translation>Limiar de fala</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>Velocidade</translation>
    </message>
    <message>
        <source>Speed of each step</source>
        <translation>Velocidade de cada etapa</translation>
    </message>
    <message>
        <source>Speed of each step: median, 95th percentile</source>
        <translation>Velocidade de cada etapa: mediana, percentil 95</translation>
    </message>
    <message>
        <source>Speed – Saywrite</source>
        <translation>Velocidade – Saywrite</translation>
    </message>
    <message>
        <source>spoken</source>
        <translation>forma falada</translation>
    </message>
    <message>
        <source>Spoken punctuation</source>
        <translation>Pontuação ditada</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Iniciar</translation>
    </message>
    <message>
        <source>Start again; if it happens again, send the log (Help &gt; Copy diagnostics).</source>
        <translation>Comece de novo; se acontecer outra vez, envie o registro (Ajuda &gt; Copiar diagnóstico).</translation>
    </message>
    <message>
        <source>Start again; if that does not help, “saywrite doctor” and the log tell more.</source>
        <translation>Comece de novo; se isso não ajudar, “saywrite doctor” e o registro dizem mais.</translation>
    </message>
    <message>
        <source>Start at login</source>
        <translation>Iniciar com a sessão</translation>
    </message>
    <message>
        <source>Start dictation</source>
        <translation>Iniciar ditado</translation>
    </message>
    <message>
        <source>Start in the tray</source>
        <translation>Iniciar na bandeja do sistema</translation>
    </message>
    <message>
        <source>Start it with: saywrite</source>
        <translation>Inicie-o com: saywrite</translation>
    </message>
    <message>
        <source>Start Saywrite again.</source>
        <translation>Inicie o Saywrite novamente.</translation>
    </message>
    <message>
        <source>Start Saywrite again. Recordings are kept, and their text is made again where it is missing.</source>
        <translation>Inicie o Saywrite novamente. As gravações são mantidas, e o texto delas é refeito onde faltar.</translation>
    </message>
    <message>
        <source>Start Saywrite again: it sets the file aside, keeps what can be read of it and begins a new history. Recordings are not affected.</source>
        <translation>Inicie o Saywrite novamente: ele separa o arquivo, mantém o que puder ser lido dele e começa um novo histórico. As gravações não são afetadas.</translation>
    </message>
    <message>
        <source>Start Saywrite again; it offers the recording. Help &gt; Copy diagnostics helps us to find the cause.</source>
        <translation>Inicie o Saywrite novamente; ele oferece a gravação. Ajuda &gt; Copiar diagnóstico nos ajuda a encontrar a causa.</translation>
    </message>
    <message>
        <source>Start Saywrite from the desktop, not from another session.</source>
        <translation>Inicie o Saywrite a partir da área de trabalho, não de outra sessão.</translation>
    </message>
    <message>
        <source>start with --data and another folder</source>
        <translation>inicie o Saywrite com --data e outra pasta</translation>
    </message>
    <message>
        <source>Starting, press to stop</source>
        <translation>Iniciando, pressione para parar</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Iniciando…</translation>
    </message>
    <message>
        <source>starts and stops in this window</source>
        <translation>inicia e encerra o ditado nesta janela</translation>
    </message>
    <message>
        <source>Starts and stops without the key</source>
        <translation>Inicia e encerra o ditado sem a tecla</translation>
    </message>
    <message>
        <source>Stay connected for</source>
        <translation>Permanecer conectado por</translation>
    </message>
    <message>
        <source>Step {number} of {steps}: {name}</source>
        <translation>Etapa {number} de {steps}: {name}</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Parar</translation>
    </message>
    <message>
        <source>Stop &amp;without waiting for text</source>
        <translation>Parar &amp;sem esperar o texto</translation>
    </message>
    <message>
        <source>Stop (Ctrl+P)</source>
        <translation>Parar (Ctrl+P)</translation>
    </message>
    <message>
        <source>Stop dictation, recording now</source>
        <translation>Parar ditado, gravando agora</translation>
    </message>
    <message>
        <source>Stop dictation, recording now, reconnecting</source>
        <translation>Parar ditado, gravando agora, reconectando</translation>
    </message>
    <message>
        <source>Stop it first, then transcribe the file.</source>
        <translation>Pare-o primeiro e depois transcreva o arquivo.</translation>
    </message>
    <message>
        <source>Stop it first, then transcribe the unfinished one.</source>
        <translation>Pare-o primeiro e depois transcreva o ditado inacabado.</translation>
    </message>
    <message>
        <source>Stop it first.</source>
        <translation>Pare-o primeiro.</translation>
    </message>
    <message>
        <source>Stop it there first.</source>
        <translation>Pare-o lá primeiro.</translation>
    </message>
    <message>
        <source>Stop that download first.</source>
        <translation>Pare esse download primeiro.</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Parado.</translation>
    </message>
    <message>
        <source>Structured results</source>
        <translation>Resultados estruturados</translation>
    </message>
    <message>
        <source>Su&amp;ggestions</source>
        <translation>Su&amp;gestões</translation>
    </message>
    <message>
        <source>Su&amp;ggestions ({number})</source>
        <translation>Su&amp;gestões ({number})</translation>
    </message>
    <message>
        <source>SubRip subtitles</source>
        <translation>Legendas SubRip</translation>
    </message>
    <message>
        <source>Subtitles need the times of the words, and this text has none.</source>
        <translation>As legendas precisam dos tempos das palavras, e este texto não os tem.</translation>
    </message>
    <message>
        <source>Suggest keywords from my &amp;corrections</source>
        <translation>Sugerir palavras-chave a partir das minhas &amp;correções</translation>
    </message>
    <message>
        <source>Suggest keywords from my corrections</source>
        <translation>Sugerir palavras-chave a partir das minhas correções</translation>
    </message>
    <message>
        <source>Suggested keywords</source>
        <translation>Palavras-chave sugeridas</translation>
    </message>
    <message>
        <source>Switch the hands-free mode on and off</source>
        <translation>Ligar ou desligar o modo de mãos livres</translation>
    </message>
    <message>
        <source>switches between programs</source>
        <translation>alternar entre programas</translation>
    </message>
    <message>
        <source>switches between windows</source>
        <translation>alternar entre janelas</translation>
    </message>
    <message>
        <source>Switches the hands-free mode on and off.</source>
        <translation>Liga e desliga o modo de mãos livres.</translation>
    </message>
    <message>
        <source>switches the input method (IBus, Fcitx)</source>
        <translation>alternar o método de entrada (IBus, Fcitx)</translation>
    </message>
    <message>
        <source>switches the input source</source>
        <translation>alternar a fonte de entrada</translation>
    </message>
    <message>
        <source>switches the keyboard layout</source>
        <translation>alternar o layout do teclado</translation>
    </message>
    <message>
        <source>System default</source>
        <translation>Padrão do sistema</translation>
    </message>
    <message>
        <source>System Settings &gt; Keyboard &gt; Shortcuts &gt; Add New &gt; Command: enter this command</source>
        <translation>Configurações do sistema &gt; Teclado &gt; Atalhos &gt; Adicionar novo &gt; Comando: digite este comando</translation>
    </message>
    <message>
        <source>takes a picture of the screen</source>
        <translation>capturar a tela</translation>
    </message>
    <message>
        <source>Tap to start and stop</source>
        <translation>Dar um toque para iniciar e parar</translation>
    </message>
    <message>
        <source>Test of the connection</source>
        <translation>Teste da conexão</translation>
    </message>
    <message>
        <source>Testing…</source>
        <translation>Testando…</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Texto</translation>
    </message>
    <message>
        <source>Text it has now</source>
        <translation>Texto atual</translation>
    </message>
    <message>
        <source>Text of the dictation</source>
        <translation>Texto do ditado</translation>
    </message>
    <message>
        <source>Text to inserted</source>
        <translation>Do texto à inserção</translation>
    </message>
    <message>
        <source>Text to show</source>
        <translation>Texto a mostrar</translation>
    </message>
    <message>
        <source>Text until {until}: {origin}</source>
        <translation>Texto até {until}: {origin}</translation>
    </message>
    <message>
        <source>text {confirmed}</source>
        <translation>texto {confirmed}</translation>
    </message>
    <message>
        <source>Text: {stem}</source>
        <translation>Texto: {stem}</translation>
    </message>
    <message>
        <source>Texts of this dictation</source>
        <translation>Textos deste ditado</translation>
    </message>
    <message>
        <source>Texts with hits</source>
        <translation>Textos com ocorrências</translation>
    </message>
    <message>
        <source>That did not work</source>
        <translation>Isso não funcionou</translation>
    </message>
    <message>
        <source>That is silence.</source>
        <translation>Só há silêncio.</translation>
    </message>
    <message>
        <source>That took {took} from the end of your words to the text.</source>
        <translation>Do fim das suas palavras até o texto passaram-se {took}.</translation>
    </message>
    <message>
        <source>The access token contains characters that cannot occur in one.</source>
        <translation>O token de acesso contém caracteres que não podem aparecer nele.</translation>
    </message>
    <message>
        <source>The access token is there.</source>
        <translation>O token de acesso está disponível.</translation>
    </message>
    <message>
        <source>The address of the proxy cannot be read.</source>
        <translation>O endereço do proxy não pode ser lido.</translation>
    </message>
    <message>
        <source>The API key contains characters that cannot occur in one.</source>
        <translation>A chave de API contém caracteres que não podem aparecer nela.</translation>
    </message>
    <message>
        <source>The clipboard could not be used, so the text was not inserted.</source>
        <translation>Não foi possível usar a área de transferência, por isso o texto não foi inserido.</translation>
    </message>
    <message>
        <source>The command does not come from this user.</source>
        <translation>O comando não vem deste usuário.</translation>
    </message>
    <message>
        <source>The computer was asleep.</source>
        <translation>O computador estava em suspensão.</translation>
    </message>
    <message>
        <source>The computer was too busy to take all sound.</source>
        <translation>O computador estava ocupado demais para captar todo o som.</translation>
    </message>
    <message>
        <source>The configuration of the sound system ALSA is missing or damaged.</source>
        <translation>A configuração do sistema de som ALSA está ausente ou danificada.</translation>
    </message>
    <message>
        <source>The connection is made anew.</source>
        <translation>A conexão está sendo refeita.</translation>
    </message>
    <message>
        <source>The connection to aiOla no longer answers.</source>
        <translation>A conexão com a aiOla não responde mais.</translation>
    </message>
    <message>
        <source>The connection to the X display was lost, so the text could not be put into another program.</source>
        <translation>A conexão com a tela X foi perdida, por isso o texto não pôde ser inserido em outro programa.</translation>
    </message>
    <message>
        <source>The connection to {host} failed ({detail}, while {doing}).</source>
        <translation>A conexão com {host} falhou ({detail}, durante: {doing}).</translation>
    </message>
    <message>
        <source>The connection to {host} was lost.</source>
        <translation>A conexão com {host} foi perdida.</translation>
    </message>
    <message>
        <source>the connection was cut</source>
        <translation>a conexão foi cortada</translation>
    </message>
    <message>
        <source>The delay cannot be measured: the service does not answer pings.</source>
        <translation>O atraso não pode ser medido: o serviço não responde a pings.</translation>
    </message>
    <message>
        <source>The delay is {milliseconds} ms.</source>
        <translation>O atraso é de {milliseconds} ms.</translation>
    </message>
    <message>
        <source>The desktop could not let Saywrite insert text into other programs.</source>
        <translation>A área de trabalho não pôde deixar o Saywrite inserir texto em outros programas.</translation>
    </message>
    <message>
        <source>The desktop could not set up the key.</source>
        <translation>A área de trabalho não conseguiu configurar a tecla.</translation>
    </message>
    <message>
        <source>The desktop does not let Saywrite insert text into other programs.</source>
        <translation>A área de trabalho não deixa o Saywrite inserir texto em outros programas.</translation>
    </message>
    <message>
        <source>The desktop gave Saywrite no keyboard or no clipboard to insert text with.</source>
        <translation>A área de trabalho não deu ao Saywrite um teclado ou uma área de transferência para inserir texto.</translation>
    </message>
    <message>
        <source>The desktop has no key for {value} yet.</source>
        <translation>A área de trabalho ainda não tem uma tecla para {value}.</translation>
    </message>
    <message>
        <source>The desktop no longer tells which keys are pressed.</source>
        <translation>A área de trabalho não informa mais quais teclas estão pressionadas.</translation>
    </message>
    <message>
        <source>The desktop took the key away.</source>
        <translation>A área de trabalho retirou a tecla.</translation>
    </message>
    <message>
        <source>The desktop was not allowed to give Saywrite a key.</source>
        <translation>Não foi permitido à área de trabalho dar uma tecla ao Saywrite.</translation>
    </message>
    <message>
        <source>The desktop was not allowed to let Saywrite insert text into other programs.</source>
        <translation>A área de trabalho não teve permissão para deixar o Saywrite inserir texto em outros programas.</translation>
    </message>
    <message>
        <source>The desktop's portal does not answer.</source>
        <translation>O portal da área de trabalho não responde.</translation>
    </message>
    <message>
        <source>The diagnostics could not be made: {error}</source>
        <translation>Não foi possível gerar o diagnóstico: {error}</translation>
    </message>
    <message>
        <source>The dictation goes on; the place is marked in the transcript.</source>
        <translation>O ditado continua; o lugar está marcado na transcrição.</translation>
    </message>
    <message>
        <source>The dictation stopped working because of an error in Saywrite. What was recorded is on disk.</source>
        <translation>O ditado foi interrompido por um erro no Saywrite. O que foi gravado está no disco.</translation>
    </message>
    <message>
        <source>The dictation was cancelled</source>
        <translation>O ditado foi cancelado</translation>
    </message>
    <message>
        <source>The dictation was cancelled.</source>
        <translation>O ditado foi cancelado.</translation>
    </message>
    <message>
        <source>The dictation was ended: the longest time for a dictation was reached.</source>
        <translation>O ditado foi encerrado: o tempo máximo para um ditado foi atingido.</translation>
    </message>
    <message>
        <source>The dictation was not transcribed again.</source>
        <translation>O ditado não foi transcrito novamente.</translation>
    </message>
    <message>
        <source>The disk has refused the recording for half an hour. What came before is kept in memory; what follows is not kept.</source>
        <translation>O disco recusa a gravação há meia hora. O que veio antes é mantido na memória; o que vier depois não é mantido.</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>o disco está cheio</translation>
    </message>
    <message>
        <source>The disk is full.</source>
        <translation>O disco está cheio.</translation>
    </message>
    <message>
        <source>The disk is full: the history cannot be written.</source>
        <translation>O disco está cheio: não é possível gravar o histórico.</translation>
    </message>
    <message>
        <source>The disk is not keeping up: the newest sound is only in memory yet.</source>
        <translation>O disco não está acompanhando: o som mais recente está só na memória por enquanto.</translation>
    </message>
    <message>
        <source>The display cannot be reached, so no key is heard.</source>
        <translation>Não é possível acessar a tela, por isso nenhuma tecla é captada.</translation>
    </message>
    <message>
        <source>The display has gone; no key is heard any more.</source>
        <translation>A tela não está mais disponível; nenhuma tecla é mais captada.</translation>
    </message>
    <message>
        <source>The download of {label} is paused at {arrived}.</source>
        <translation>O download de {label} está pausado em {arrived}.</translation>
    </message>
    <message>
        <source>The fewest errors; for strong computers: eight cores or more.</source>
        <translation>O que erra menos; para computadores potentes: oito núcleos ou mais.</translation>
    </message>
    <message>
        <source>The file about new versions cannot be read.</source>
        <translation>O arquivo sobre novas versões não pode ser lido.</translation>
    </message>
    <message>
        <source>The file about new versions is not signed by Saywrite.</source>
        <translation>O arquivo sobre novas versões não está assinado pelo Saywrite.</translation>
    </message>
    <message>
        <source>The file about new versions is too long.</source>
        <translation>O arquivo sobre novas versões é longo demais.</translation>
    </message>
    <message>
        <source>The file became shorter while it was sent.</source>
        <translation>O arquivo ficou mais curto enquanto era enviado.</translation>
    </message>
    <message>
        <source>The file cannot be read: {reason}.</source>
        <translation>O arquivo não pode ser lido: {reason}.</translation>
    </message>
    <message>
        <source>The file could not be sent to {host} ({name}).</source>
        <translation>Não foi possível enviar o arquivo para {host} ({name}).</translation>
    </message>
    <message>
        <source>The file holds no sound.</source>
        <translation>O arquivo não contém som.</translation>
    </message>
    <message>
        <source>The focus is not in the window in which you began ({program}), so the text was not inserted.</source>
        <translation>O foco não está na janela em que você começou ({program}), por isso o texto não foi inserido.</translation>
    </message>
    <message>
        <source>The folder for Saywrite's socket has too long a name.</source>
        <translation>A pasta do socket do Saywrite tem um nome longo demais.</translation>
    </message>
    <message>
        <source>the folder {place} is gone</source>
        <translation>a pasta {place} não existe mais</translation>
    </message>
    <message>
        <source>The folder {place} is gone.</source>
        <translation>A pasta {place} não existe mais.</translation>
    </message>
    <message>
        <source>The hands-free mode is off</source>
        <translation>O modo de mãos livres está desligado</translation>
    </message>
    <message>
        <source>The hands-free mode is on</source>
        <translation>O modo de mãos livres está ligado</translation>
    </message>
    <message>
        <source>The hands-free mode needs a recognition model on this computer, and there is none.</source>
        <translation>O modo de mãos livres precisa de um modelo de reconhecimento neste computador, e não há nenhum.</translation>
    </message>
    <message>
        <source>The history in {path} cannot be locked: another program uses it, or its disk knows no file locks.</source>
        <translation>O histórico em {path} não pode ser bloqueado: outro programa o usa, ou o disco dele não aceita bloqueios de arquivo.</translation>
    </message>
    <message>
        <source>The history in {path} cannot be opened for writing.</source>
        <translation>O histórico em {path} não pode ser aberto para gravação.</translation>
    </message>
    <message>
        <source>The history in {path} cannot be read from or written to its disk ({error}).</source>
        <translation>O histórico em {path} não pode ser lido do disco nem gravado nele ({error}).</translation>
    </message>
    <message>
        <source>The history in {path} cannot be used ({error}).</source>
        <translation>O histórico em {path} não pode ser usado ({error}).</translation>
    </message>
    <message>
        <source>The history in {path} is damaged and in use by another Saywrite. It was left as it is.</source>
        <translation>O histórico em {path} está danificado e em uso por outro Saywrite. Ele foi deixado como estava.</translation>
    </message>
    <message>
        <source>The history in {path} is damaged. It was left as it is.</source>
        <translation>O histórico em {path} está danificado. Ele foi deixado como estava.</translation>
    </message>
    <message>
        <source>The history is closed.</source>
        <translation>O histórico está fechado.</translation>
    </message>
    <message>
        <source>The history is in use by another program.</source>
        <translation>O histórico está em uso por outro programa.</translation>
    </message>
    <message>
        <source>The history was damaged and is kept as {path}. None of its dictations could be read; a new history was begun.</source>
        <translation>O histórico estava danificado e foi mantido como {path}. Nenhum dos ditados pôde ser lido; um novo histórico foi iniciado.</translation>
    </message>
    <message numerus="yes">
        <source>The history was damaged and is kept as {path}. {n} dictations could be read; a new history was begun with what was read.</source>
        <extracomment>Singular: The history was damaged and is kept as {path}. {n} dictation could be read; a new history was begun with what was read.</extracomment>
        <translation>
            <numerusform>O histórico estava danificado e foi mantido como {path}. Foi possível ler {n} ditado; um novo histórico foi iniciado com o que foi lido.</numerusform>
            <numerusform>O histórico estava danificado e foi mantido como {path}. Foi possível ler {n} ditados; um novo histórico foi iniciado com o que foi lido.</numerusform>
        </translation>
    </message>
    <message>
        <source>The history was written by a newer version of Saywrite. It was left as it is.</source>
        <translation>O histórico foi gravado por uma versão mais recente do Saywrite. Ele foi deixado como estava.</translation>
    </message>
    <message>
        <source>The history {path} was moved or deleted while Saywrite uses it.</source>
        <translation>O histórico {path} foi movido ou excluído enquanto o Saywrite o usa.</translation>
    </message>
    <message>
        <source>The https address that returns an access token.</source>
        <translation>O endereço https que retorna um token de acesso.</translation>
    </message>
    <message>
        <source>The key is kept until Saywrite is closed.</source>
        <translation>A chave é mantida até o Saywrite ser fechado.</translation>
    </message>
    <message>
        <source>The key was not pressed yet.</source>
        <translation>A tecla ainda não foi pressionada.</translation>
    </message>
    <message>
        <source>The keyring did not answer as it should ({name}).</source>
        <translation>O chaveiro não respondeu como deveria ({name}).</translation>
    </message>
    <message>
        <source>The keyring does not answer.</source>
        <translation>O chaveiro não responde.</translation>
    </message>
    <message>
        <source>The keyring is locked.</source>
        <translation>O chaveiro está bloqueado.</translation>
    </message>
    <message>
        <source>The keyring is not open</source>
        <translation>O chaveiro não está aberto</translation>
    </message>
    <message>
        <source>The keyring's question for its password was cancelled; nothing was read or saved.</source>
        <translation>O pedido de senha do chaveiro foi cancelado; nada foi lido nem salvo.</translation>
    </message>
    <message>
        <source>The keys to insert the text could not be sent to {program}.</source>
        <translation>Não foi possível enviar a {program} as teclas para inserir o texto.</translation>
    </message>
    <message>
        <source>The keyword joins the list at the side and counts from the next words on.</source>
        <translation>A palavra-chave entra na lista ao lado e vale a partir das próximas palavras.</translation>
    </message>
    <message>
        <source>The keywords were changed since then: try them again.</source>
        <translation>As palavras-chave foram alteradas desde então: teste-as novamente.</translation>
    </message>
    <message>
        <source>The keywords were changed.</source>
        <translation>As palavras-chave foram alteradas.</translation>
    </message>
    <message>
        <source>The language of windows and messages.</source>
        <translation>O idioma das janelas e mensagens.</translation>
    </message>
    <message>
        <source>The language you speak.</source>
        <translation>O idioma que você fala.</translation>
    </message>
    <message>
        <source>The last insertion was too long ago.</source>
        <translation>A última inserção foi há tempo demais.</translation>
    </message>
    <message>
        <source>The last words are being written.</source>
        <translation>As últimas palavras estão sendo escritas.</translation>
    </message>
    <message>
        <source>The last {seconds:.0f} s have no text yet: {why}.</source>
        <translation>Os últimos {seconds:.0f} s ainda não têm texto: {why}.</translation>
    </message>
    <message>
        <source>The library that decodes sound files (PyAV) is missing or damaged.</source>
        <translation>A biblioteca que decodifica arquivos de som (PyAV) está ausente ou danificada.</translation>
    </message>
    <message>
        <source>The log has more.</source>
        <translation>O registro tem mais informações.</translation>
    </message>
    <message>
        <source>The log never contains what you say.</source>
        <translation>O registro nunca contém o que você diz.</translation>
    </message>
    <message>
        <source>The log tells more.</source>
        <translation>O registro diz mais.</translation>
    </message>
    <message>
        <source>The message above says why, and what helps.</source>
        <translation>A mensagem acima diz o motivo e o que ajuda.</translation>
    </message>
    <message>
        <source>The microphone</source>
        <translation>O microfone</translation>
    </message>
    <message>
        <source>The microphone changed to {label}.</source>
        <translation>O microfone mudou para {label}.</translation>
    </message>
    <message>
        <source>The microphone closes after this time, even while the key is down.</source>
        <translation>O microfone é fechado após este tempo, mesmo com a tecla ainda pressionada.</translation>
    </message>
    <message>
        <source>The microphone could not be opened ({name}).</source>
        <translation>Não foi possível abrir o microfone ({name}).</translation>
    </message>
    <message>
        <source>The microphone could not be opened ({value}).</source>
        <translation>Não foi possível abrir o microfone ({value}).</translation>
    </message>
    <message>
        <source>The microphone is being opened.</source>
        <translation>O microfone está sendo aberto.</translation>
    </message>
    <message>
        <source>The microphone is being opened…</source>
        <translation>Abrindo o microfone…</translation>
    </message>
    <message>
        <source>The microphone is then open from the start of Saywrite.</source>
        <translation>O microfone fica então aberto desde o início do Saywrite.</translation>
    </message>
    <message>
        <source>The microphone offers no sample rate that Saywrite can use.</source>
        <translation>O microfone não oferece nenhuma taxa de amostragem que o Saywrite possa usar.</translation>
    </message>
    <message>
        <source>The microphone was closed when the computer went to sleep.</source>
        <translation>O microfone foi fechado quando o computador entrou em suspensão.</translation>
    </message>
    <message>
        <source>The microphone was closed when the screen was locked.</source>
        <translation>O microfone foi fechado quando a tela foi bloqueada.</translation>
    </message>
    <message>
        <source>The microphone was closed: the key is no longer heard.</source>
        <translation>O microfone foi fechado: a tecla não é mais captada.</translation>
    </message>
    <message>
        <source>The microphone was closed: the time limit of the key was reached.</source>
        <translation>O microfone foi fechado: o tempo limite da tecla foi atingido.</translation>
    </message>
    <message>
        <source>The microphone was not found.</source>
        <translation>O microfone não foi encontrado.</translation>
    </message>
    <message>
        <source>The microphone went away.</source>
        <translation>O microfone não está mais disponível.</translation>
    </message>
    <message>
        <source>The model cannot be saved: {reason}.</source>
        <translation>O modelo não pode ser salvo: {reason}.</translation>
    </message>
    <message>
        <source>The model could not be tried: {reason}</source>
        <translation>Não foi possível testar o modelo: {reason}</translation>
    </message>
    <message>
        <source>the name is too long</source>
        <translation>o nome é longo demais</translation>
    </message>
    <message>
        <source>The name is too long.</source>
        <translation>O nome é longo demais.</translation>
    </message>
    <message>
        <source>The next dictation starts faster while the connection is open.</source>
        <translation>O próximo ditado começa mais rápido enquanto a conexão está aberta.</translation>
    </message>
    <message>
        <source>The official source</source>
        <translation>A fonte oficial</translation>
    </message>
    <message>
        <source>The one on this computer needs no network and no account.</source>
        <translation>O deste computador não precisa de rede nem de conta.</translation>
    </message>
    <message>
        <source>The page of Saywrite answers with {status_code}.</source>
        <translation>A página do Saywrite responde com {status_code}.</translation>
    </message>
    <message>
        <source>The page of Saywrite cannot be reached.</source>
        <translation>Não é possível acessar a página do Saywrite.</translation>
    </message>
    <message>
        <source>the proxy cannot be used</source>
        <translation>o proxy não pode ser usado</translation>
    </message>
    <message>
        <source>The proxy does not let Saywrite through to {host} ({detail}).</source>
        <translation>O proxy não deixa o Saywrite chegar a {host} ({detail}).</translation>
    </message>
    <message>
        <source>The proxy does not reach {host}.</source>
        <translation>O proxy não alcança {host}.</translation>
    </message>
    <message>
        <source>The proxy is of a kind that Saywrite cannot use.</source>
        <translation>O proxy é de um tipo que o Saywrite não pode usar.</translation>
    </message>
    <message>
        <source>the proxy refuses the connection</source>
        <translation>o proxy recusa a conexão</translation>
    </message>
    <message>
        <source>The proxy wants a user name and a password.</source>
        <translation>O proxy exige um nome de usuário e uma senha.</translation>
    </message>
    <message>
        <source>the quotation marks do not match.</source>
        <translation>faltam aspas de abertura ou de fechamento.</translation>
    </message>
    <message>
        <source>The reason is in its log.</source>
        <translation>O motivo está no registro dele.</translation>
    </message>
    <message>
        <source>The recognition model is not on this computer yet.</source>
        <translation>O modelo de reconhecimento ainda não está neste computador.</translation>
    </message>
    <message>
        <source>The recognition model that runs on this computer.</source>
        <translation>O modelo de reconhecimento executado neste computador.</translation>
    </message>
    <message>
        <source>The recognition model {model} is damaged: it cannot be loaded.</source>
        <translation>O modelo de reconhecimento {model} está danificado: ele não pode ser carregado.</translation>
    </message>
    <message>
        <source>The recognizer (CTranslate2) is not installed or cannot be loaded ({error}).</source>
        <translation>O reconhecedor (CTranslate2) não está instalado ou não pode ser carregado ({error}).</translation>
    </message>
    <message>
        <source>The recognizer ended before the text was complete.</source>
        <translation>O reconhecedor terminou antes que o texto estivesse completo.</translation>
    </message>
    <message>
        <source>The recognizer is not available.</source>
        <translation>O reconhecedor não está disponível.</translation>
    </message>
    <message>
        <source>The recognizer is unloaded after this time without a dictation. The next dictation loads it again.</source>
        <translation>O reconhecedor é descarregado da memória após este tempo sem ditado. O próximo ditado o carrega novamente.</translation>
    </message>
    <message>
        <source>The recognizer on this computer carries on.</source>
        <translation>O reconhecedor deste computador continua.</translation>
    </message>
    <message>
        <source>The recognizer on this computer could not be started.</source>
        <translation>Não foi possível iniciar o reconhecedor deste computador.</translation>
    </message>
    <message>
        <source>The recognizer on this computer ended or stopped answering, three times in a row.</source>
        <translation>O reconhecedor deste computador terminou ou parou de responder, três vezes seguidas.</translation>
    </message>
    <message>
        <source>The recording cannot be read back ({reason}).</source>
        <translation>A gravação não pode ser lida de volta ({reason}).</translation>
    </message>
    <message>
        <source>the recording has reached the largest file size allowed here</source>
        <translation>a gravação atingiu o maior tamanho de arquivo permitido aqui</translation>
    </message>
    <message>
        <source>The recording has reached the largest file size allowed here.</source>
        <translation>A gravação atingiu o maior tamanho de arquivo permitido aqui.</translation>
    </message>
    <message>
        <source>The recording in {folder} cannot be opened ({reason}).</source>
        <translation>A gravação em {folder} não pode ser aberta ({reason}).</translation>
    </message>
    <message>
        <source>The recording in {folder} cannot be read ({reason}).</source>
        <translation>A gravação em {folder} não pode ser lida ({reason}).</translation>
    </message>
    <message>
        <source>The recording is kept as it is.</source>
        <translation>A gravação é mantida como está.</translation>
    </message>
    <message>
        <source>The recording is kept.</source>
        <translation>A gravação é mantida.</translation>
    </message>
    <message>
        <source>The recording is kept: transcribe it again for the text of the service.</source>
        <translation>A gravação é mantida: transcreva-a novamente para obter o texto do serviço.</translation>
    </message>
    <message>
        <source>The recording is not removed.</source>
        <translation>A gravação não é removida.</translation>
    </message>
    <message>
        <source>The recording is saved up to {length}; new sound is kept in memory.</source>
        <translation>A gravação está salva até {length}; o som novo é mantido na memória.</translation>
    </message>
    <message>
        <source>The recording itself is kept.</source>
        <translation>A gravação em si é mantida.</translation>
    </message>
    <message>
        <source>The recording of a dictation without its complete text stays among the unfinished ones.</source>
        <translation>A gravação de um ditado sem o texto completo fica entre os ditados inacabados.</translation>
    </message>
    <message>
        <source>The running Saywrite does not know this command.</source>
        <translation>O Saywrite em execução não conhece este comando.</translation>
    </message>
    <message>
        <source>The running Saywrite gave no answer that makes sense.</source>
        <translation>O Saywrite em execução não deu uma resposta que faça sentido.</translation>
    </message>
    <message>
        <source>The Saywrite with this data folder belongs to another user.</source>
        <translation>O Saywrite com esta pasta de dados pertence a outro usuário.</translation>
    </message>
    <message>
        <source>The selected keyword is not in your last dictations.</source>
        <translation>A palavra-chave selecionada não aparece em seus últimos ditados.</translation>
    </message>
    <message>
        <source>the service</source>
        <translation>o serviço</translation>
    </message>
    <message>
        <source>The service's address contains more than a host and a path.</source>
        <translation>O endereço do serviço contém mais do que um host e um caminho.</translation>
    </message>
    <message>
        <source>The service's address is not a valid address.</source>
        <translation>O endereço do serviço não é um endereço válido.</translation>
    </message>
    <message>
        <source>The service's address is not a web address.</source>
        <translation>O endereço do serviço não é um endereço da web.</translation>
    </message>
    <message>
        <source>The service's address is not encrypted.</source>
        <translation>O endereço do serviço não é criptografado.</translation>
    </message>
    <message>
        <source>The session bus is gone, so text cannot be put into other programs.</source>
        <translation>O barramento de sessão não existe mais, por isso não é possível inserir texto em outros programas.</translation>
    </message>
    <message>
        <source>The socket cannot be made: {reason}.</source>
        <translation>O socket não pode ser criado: {reason}.</translation>
    </message>
    <message>
        <source>The sound could not be played ({name}).</source>
        <translation>Não foi possível reproduzir o som ({name}).</translation>
    </message>
    <message>
        <source>The sound could not be played.</source>
        <translation>Não foi possível reproduzir o som.</translation>
    </message>
    <message>
        <source>The sound is sent again.</source>
        <translation>O som é enviado novamente.</translation>
    </message>
    <message>
        <source>The sound library cannot reach the sound server.</source>
        <translation>A biblioteca de som não consegue acessar o servidor de som.</translation>
    </message>
    <message>
        <source>The sound library PortAudio is missing.</source>
        <translation>Falta a biblioteca de som PortAudio.</translation>
    </message>
    <message>
        <source>The sound server did not open the microphone (error {value}).</source>
        <translation>O servidor de som não abriu o microfone (erro {value}).</translation>
    </message>
    <message>
        <source>The sound server does not answer.</source>
        <translation>O servidor de som não responde.</translation>
    </message>
    <message>
        <source>The sound system does not answer.</source>
        <translation>O sistema de som não responde.</translation>
    </message>
    <message>
        <source>The sound system that has the microphone.</source>
        <translation>O sistema de som que tem o microfone.</translation>
    </message>
    <message>
        <source>the spoken form is empty.</source>
        <translation>a forma falada está vazia.</translation>
    </message>
    <message>
        <source>the spoken form is not a text.</source>
        <translation>a forma falada não é um texto.</translation>
    </message>
    <message>
        <source>The system does not let Saywrite use the microphone.</source>
        <translation>O sistema não deixa o Saywrite usar o microfone.</translation>
    </message>
    <message>
        <source>The system keeps this, so its own settings show it too.</source>
        <translation>O sistema guarda esta opção; por isso, as configurações dele também a mostram.</translation>
    </message>
    <message>
        <source>The system's microphone is now {label}.</source>
        <translation>O microfone do sistema agora é {label}.</translation>
    </message>
    <message>
        <source>The test broke off; the log says why.</source>
        <translation>O teste foi interrompido; o registro diz o motivo.</translation>
    </message>
    <message>
        <source>The text in {program} was changed since then, or the cursor was moved, so nothing was undone.</source>
        <translation>O texto em {program} foi alterado desde então, ou o cursor foi movido; por isso, nada foi desfeito.</translation>
    </message>
    <message>
        <source>The text is in the history and can be copied from there.</source>
        <translation>O texto está no histórico e pode ser copiado de lá.</translation>
    </message>
    <message>
        <source>The text is on the clipboard, as you chose.</source>
        <translation>O texto está na área de transferência, como você escolheu.</translation>
    </message>
    <message>
        <source>The text is on the clipboard: paste it where you want it, or choose “Insert again”.</source>
        <translation>O texto está na área de transferência: cole-o onde quiser ou escolha “Inserir novamente”.</translation>
    </message>
    <message>
        <source>The text is written where your cursor is, in whatever program you use.</source>
        <translation>O texto é escrito onde está o cursor, em qualquer programa que você use.</translation>
    </message>
    <message>
        <source>The text was inserted into {program}.</source>
        <translation>O texto foi inserido em {program}.</translation>
    </message>
    <message>
        <source>The text was sent to {program}, which does not tell whether it took it.</source>
        <translation>O texto foi enviado para {program}, que não informa se o aceitou.</translation>
    </message>
    <message>
        <source>The transcript shows sentences without a longer pause between them as running text.</source>
        <translation>A transcrição mostra como texto corrido as frases sem uma pausa maior entre elas.</translation>
    </message>
    <message>
        <source>The transcript was cleared.</source>
        <translation>A transcrição foi limpa.</translation>
    </message>
    <message>
        <source>The translation is shown beside what you said.</source>
        <translation>A tradução é mostrada ao lado do que você disse.</translation>
    </message>
    <message>
        <source>The trial was stopped.</source>
        <translation>O teste foi interrompido.</translation>
    </message>
    <message>
        <source>The Wayland compositor cannot be reached, so text cannot be put into other programs.</source>
        <translation>Não é possível acessar o compositor do Wayland, por isso não é possível inserir texto em outros programas.</translation>
    </message>
    <message>
        <source>The whole text at the end</source>
        <translation>O texto inteiro no fim</translation>
    </message>
    <message>
        <source>the window in front</source>
        <translation>a janela em primeiro plano</translation>
    </message>
    <message>
        <source>The window in front did not read the text.</source>
        <translation>A janela em primeiro plano não leu o texto.</translation>
    </message>
    <message>
        <source>The window is closed, the program runs on. To quit, use this icon's menu; the settings can change it.</source>
        <translation>A janela está fechada, o programa continua em execução. Para sair, use o menu deste ícone; isso pode ser alterado nas configurações.</translation>
    </message>
    <message>
        <source>The window you began in ({program}) could not be brought back, so the text was not inserted.</source>
        <translation>Não foi possível trazer de volta a janela em que você começou ({program}), por isso o texto não foi inserido.</translation>
    </message>
    <message>
        <source>The workflow of your account that transcribes.</source>
        <translation>O fluxo de trabalho da sua conta que transcreve.</translation>
    </message>
    <message>
        <source>the written form is empty.</source>
        <translation>a forma escrita está vazia.</translation>
    </message>
    <message>
        <source>the written form is missing.</source>
        <translation>falta a forma escrita.</translation>
    </message>
    <message>
        <source>the written form is not a text.</source>
        <translation>a forma escrita não é um texto.</translation>
    </message>
    <message>
        <source>The X display cannot be reached, so text cannot be put into other programs.</source>
        <translation>Não é possível acessar a tela X, por isso não é possível inserir texto em outros programas.</translation>
    </message>
    <message>
        <source>Then download the model again.</source>
        <translation>Depois, baixe o modelo novamente.</translation>
    </message>
    <message>
        <source>Then the dictation ends with what this computer heard, and a notice says so.</source>
        <translation>O ditado termina então com o que este computador ouviu, e um aviso informa isso.</translation>
    </message>
    <message>
        <source>There are no dictations yet to try the keywords on.</source>
        <translation>Ainda não há ditados para testar as palavras-chave.</translation>
    </message>
    <message>
        <source>There is no aiOla access token yet.</source>
        <translation>Ainda não há um token de acesso da aiOla.</translation>
    </message>
    <message>
        <source>There is no aiOla API key yet.</source>
        <translation>Ainda não há chave de API da aiOla.</translation>
    </message>
    <message>
        <source>There is no audio output.</source>
        <translation>Não há saída de áudio.</translation>
    </message>
    <message>
        <source>There is no build of the recognizer (CTranslate2) for Windows on ARM.</source>
        <translation>Não há versão do reconhecedor (CTranslate2) para Windows em ARM.</translation>
    </message>
    <message>
        <source>There is no display, so text cannot be put into other programs.</source>
        <translation>Não há tela, por isso não é possível inserir texto em outros programas.</translation>
    </message>
    <message>
        <source>There is no file “{name}”.</source>
        <translation>Não há um arquivo “{name}”.</translation>
    </message>
    <message>
        <source>There is no key called “{last}”.</source>
        <translation>Não há uma tecla chamada “{last}”.</translation>
    </message>
    <message>
        <source>There is no language called “{code}”.</source>
        <translation>Não há nenhum idioma chamado “{code}”.</translation>
    </message>
    <message>
        <source>There is no microphone called {name}.</source>
        <translation>Não há um microfone chamado {name}.</translation>
    </message>
    <message>
        <source>There is no microphone.</source>
        <translation>Não há microfone.</translation>
    </message>
    <message>
        <source>There is no model called {id}.</source>
        <translation>Não há um modelo chamado {id}.</translation>
    </message>
    <message>
        <source>There is no network route to {host}.</source>
        <translation>Não há rota de rede até {host}.</translation>
    </message>
    <message>
        <source>There is no recorded dictation to try the model on.</source>
        <translation>Não há um ditado gravado para testar o modelo.</translation>
    </message>
    <message>
        <source>There is no session bus, so no key is heard.</source>
        <translation>Não há barramento de sessão, por isso nenhuma tecla é captada.</translation>
    </message>
    <message>
        <source>There is no session bus, so text cannot be put into other programs.</source>
        <translation>Não há barramento de sessão, por isso não é possível inserir texto em outros programas.</translation>
    </message>
    <message>
        <source>There is no such folder. Choose one that holds the model files, or leave the line empty.</source>
        <translation>Essa pasta não existe. Escolha uma que contenha os arquivos do modelo ou deixe a linha em branco.</translation>
    </message>
    <message>
        <source>There is no text to export yet.</source>
        <translation>Ainda não há texto para exportar.</translation>
    </message>
    <message>
        <source>There is no token address yet.</source>
        <translation>Ainda não há endereço do token.</translation>
    </message>
    <message>
        <source>There is not enough space for the model: {needed} are needed, {free} are free.</source>
        <translation>Não há espaço suficiente para o modelo: {needed} são necessários, {free} estão livres.</translation>
    </message>
    <message>
        <source>There is nothing to remove.</source>
        <translation>Não há nada para remover.</translation>
    </message>
    <message>
        <source>There is nothing to undo.</source>
        <translation>Não há nada para desfazer.</translation>
    </message>
    <message>
        <source>There is too little free memory for the recognition model {model}.</source>
        <translation>Há pouca memória livre para o modelo de reconhecimento {model}.</translation>
    </message>
    <message>
        <source>There was no microphone.</source>
        <translation>Não havia microfone.</translation>
    </message>
    <message>
        <source>These keywords change nothing in your last dictations.</source>
        <translation>Estas palavras-chave não mudam nada em seus últimos ditados.</translation>
    </message>
    <message>
        <source>These models recognize speech on this computer. What you say does not leave it.</source>
        <translation>Estes modelos reconhecem a fala neste computador. O que você diz não sai dele.</translation>
    </message>
    <message>
        <source>These notes are in English.</source>
        <translation>Estas notas estão em inglês.</translation>
    </message>
    <message>
        <source>These seconds are kept: transcribe them from the window once aiOla answers again.</source>
        <translation>Esses segundos estão guardados: transcreva-os pela janela quando a aiOla voltar a responder.</translation>
    </message>
    <message>
        <source>This account has no dictation left to open at the same time.</source>
        <translation>Esta conta não pode abrir mais um ditado ao mesmo tempo.</translation>
    </message>
    <message>
        <source>This account has no permission at {host} (while {doing}).</source>
        <translation>Esta conta não tem permissão em {host} (durante: {doing}).</translation>
    </message>
    <message>
        <source>This compositor lets no program press keys, so text cannot be put into other programs.</source>
        <translation>Este compositor não deixa nenhum programa pressionar teclas, por isso não é possível inserir texto em outros programas.</translation>
    </message>
    <message>
        <source>This compositor lets no program without a window use the clipboard.</source>
        <translation>Este compositor não deixa nenhum programa sem janela usar a área de transferência.</translation>
    </message>
    <message>
        <source>This computer heard this; the text of {recognizer} will replace it unless you edit it</source>
        <translation>Este computador ouviu isto; o texto de {recognizer} o substituirá, a menos que você o edite</translation>
    </message>
    <message>
        <source>This computer listens along</source>
        <translation>Este computador também ouve</translation>
    </message>
    <message>
        <source>This computer writes at once, and its text stays</source>
        <translation>Este computador escreve na hora, e o texto dele fica</translation>
    </message>
    <message>
        <source>This computer's clock is {length} ahead.</source>
        <translation>O relógio deste computador está {length} adiantado.</translation>
    </message>
    <message>
        <source>This computer's clock is {length} behind.</source>
        <translation>O relógio deste computador está {length} atrasado.</translation>
    </message>
    <message>
        <source>This computer's processor is too old for the recognizer: it lacks instructions that CTranslate2 needs (AVX).</source>
        <translation>O processador deste computador é antigo demais para o reconhecedor: faltam instruções de que o CTranslate2 precisa (AVX).</translation>
    </message>
    <message>
        <source>This desktop hears keys itself and passes none on. Give it the key in its own settings:</source>
        <translation>Esta área de trabalho capta as teclas por conta própria e não repassa nenhuma. Informe a tecla nas configurações dela:</translation>
    </message>
    <message>
        <source>This desktop lets no other program hear a key.</source>
        <translation>Esta área de trabalho não deixa nenhum outro programa captar uma tecla.</translation>
    </message>
    <message>
        <source>This desktop passes no mouse buttons such as {chord} on to other programs.</source>
        <translation>Esta área de trabalho não repassa a outros programas botões do mouse como {chord}.</translation>
    </message>
    <message>
        <source>This desktop shows no tray icon.</source>
        <translation>Esta área de trabalho não mostra ícones na bandeja do sistema.</translation>
    </message>
    <message>
        <source>This dictation is in use.</source>
        <translation>Este ditado está em uso.</translation>
    </message>
    <message>
        <source>This dictation is not in the history.</source>
        <translation>Este ditado não está no histórico.</translation>
    </message>
    <message>
        <source>This dictation is still being recorded.</source>
        <translation>Este ditado ainda está sendo gravado.</translation>
    </message>
    <message>
        <source>This dictation or its earlier text was deleted meanwhile.</source>
        <translation>Este ditado ou seu texto anterior foi excluído nesse meio-tempo.</translation>
    </message>
    <message>
        <source>This dictation was deleted meanwhile.</source>
        <translation>Este ditado foi excluído nesse meio-tempo.</translation>
    </message>
    <message>
        <source>This is no address. Write it as https://models.example.com/whisper.</source>
        <translation>Isto não é um endereço. Escreva-o como https://models.example.com/whisper.</translation>
    </message>
    <message>
        <source>This is not a JSON file with keywords.</source>
        <translation>Este não é um arquivo JSON com palavras-chave.</translation>
    </message>
    <message>
        <source>This is not a Saywrite command.</source>
        <translation>Este não é um comando do Saywrite.</translation>
    </message>
    <message>
        <source>This is the newest version</source>
        <translation>Esta é a versão mais recente</translation>
    </message>
    <message>
        <source>This keyboard has no {chord}.</source>
        <translation>Este teclado não tem {chord}.</translation>
    </message>
    <message>
        <source>This month: {parts}.</source>
        <translation>Neste mês: {parts}.</translation>
    </message>
    <message>
        <source>This recording is too long for a WAV file (37 hours).</source>
        <translation>Esta gravação é longa demais para um arquivo WAV (37 horas).</translation>
    </message>
    <message>
        <source>This sounds like {name}, but {chosen} is chosen.</source>
        <translation>O idioma detectado ({name}) não é o escolhido ({chosen}).</translation>
    </message>
    <message>
        <source>This system does not report {key} to other programs.</source>
        <translation>Este sistema não informa {key} a outros programas.</translation>
    </message>
    <message>
        <source>This system has no keyring to keep the key in.</source>
        <translation>Este sistema não tem um chaveiro onde guardar a chave.</translation>
    </message>
    <message>
        <source>This text cannot safely be undone in a terminal.</source>
        <translation>Este texto não pode ser desfeito com segurança em um terminal.</translation>
    </message>
    <message>
        <source>This text cannot safely be undone in this program.</source>
        <translation>Este texto não pode ser desfeito com segurança neste programa.</translation>
    </message>
    <message>
        <source>This text was changed elsewhere meanwhile, so your changes were not saved. They are still here.</source>
        <translation>Enquanto isso, este texto foi alterado em outro lugar; por isso, suas alterações não foram salvas. Elas ainda estão aqui.</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>Tempos</translation>
    </message>
    <message>
        <source>To permit it, turn off “{switch}” in Settings &gt; Files and privacy.</source>
        <translation>Para permitir, desative “{switch}” em Configurações &gt; Arquivos e privacidade.</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Hoje</translation>
    </message>
    <message>
        <source>Token address</source>
        <translation>Endereço do token</translation>
    </message>
    <message>
        <source>Token address of your company</source>
        <translation>Endereço do token da sua empresa</translation>
    </message>
    <message>
        <source>Too loud: the sound is distorted.</source>
        <translation>Alto demais: o som está distorcido.</translation>
    </message>
    <message>
        <source>took {time}</source>
        <translation>duração: {time}</translation>
    </message>
    <message>
        <source>Transcribe</source>
        <translation>Transcrever</translation>
    </message>
    <message>
        <source>Transcribe a file</source>
        <translation>Transcrever um arquivo</translation>
    </message>
    <message>
        <source>Transcribe a file…</source>
        <translation>Transcrever um arquivo…</translation>
    </message>
    <message>
        <source>Transcribe a folder</source>
        <translation>Transcrever uma pasta</translation>
    </message>
    <message>
        <source>Transcribe the file again later.</source>
        <translation>Transcreva o arquivo novamente mais tarde.</translation>
    </message>
    <message>
        <source>Transcribed files</source>
        <translation>Arquivos transcritos</translation>
    </message>
    <message>
        <source>Transcribed {file}{rest}</source>
        <translation>{file}: transcrito{rest}</translation>
    </message>
    <message>
        <source>transcribes an audio file; you can also drop one here</source>
        <translation>transcreve um arquivo de áudio; você também pode arrastar um para cá</translation>
    </message>
    <message>
        <source>Transcribing again: {recognizer}, {language}</source>
        <translation>Transcrevendo novamente: {recognizer}, {language}</translation>
    </message>
    <message>
        <source>Transcribing {name}, press to cancel</source>
        <translation>Transcrevendo {name}, pressione para cancelar</translation>
    </message>
    <message>
        <source>Transcribing… Cancel</source>
        <translation>Transcrevendo… Cancelar</translation>
    </message>
    <message>
        <source>Transcript</source>
        <translation>Transcrição</translation>
    </message>
    <message>
        <source>Translate into</source>
        <translation>Traduzir para</translation>
    </message>
    <message>
        <source>Translation</source>
        <translation>Tradução</translation>
    </message>
    <message>
        <source>Try &amp;keywords…</source>
        <translation>Testar &amp;palavras-chave…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Tentar novamente</translation>
    </message>
    <message>
        <source>Try again and enter the password.</source>
        <translation>Tente novamente e digite a senha.</translation>
    </message>
    <message>
        <source>Try again in a moment.</source>
        <translation>Tente novamente em instantes.</translation>
    </message>
    <message>
        <source>Try again in a moment; if that does not help, end process {pid} and start Saywrite again.</source>
        <translation>Tente novamente em instantes; se isso não ajudar, encerre o processo {pid} e inicie o Saywrite novamente.</translation>
    </message>
    <message>
        <source>Try again later, or look at the page of Saywrite.</source>
        <translation>Tente novamente mais tarde ou veja a página do Saywrite.</translation>
    </message>
    <message>
        <source>Try again; the log has the details.</source>
        <translation>Tente novamente; os detalhes estão no registro.</translation>
    </message>
    <message>
        <source>Try it here</source>
        <translation>Experimente aqui</translation>
    </message>
    <message>
        <source>Try keywords on your last dictations</source>
        <translation>Testar palavras-chave em seus últimos ditados</translation>
    </message>
    <message>
        <source>Try keywords on your last dictations…</source>
        <translation>Testar palavras-chave em seus últimos ditados…</translation>
    </message>
    <message>
        <source>Try on my last dictation</source>
        <translation>Testar com meu último ditado</translation>
    </message>
    <message>
        <source>Typing (slower, does not use the clipboard)</source>
        <translation>Digitação (mais lenta, não usa a área de transferência)</translation>
    </message>
    <message>
        <source>unavailable</source>
        <translation>indisponível</translation>
    </message>
    <message>
        <source>Unchanged:</source>
        <translation>Inalterado:</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Desfazer</translation>
    </message>
    <message>
        <source>Undo it in the program itself, or select it there and delete it.</source>
        <translation>Desfaça-o no próprio programa, ou selecione-o lá e exclua-o.</translation>
    </message>
    <message>
        <source>Undo the &amp;cancellation</source>
        <translation>Desfazer o ca&amp;ncelamento</translation>
    </message>
    <message>
        <source>Undo the last &amp;insertion</source>
        <translation>Desfazer a última ins&amp;erção</translation>
    </message>
    <message>
        <source>undoes</source>
        <translation>desfazer</translation>
    </message>
    <message>
        <source>Undone in {program}</source>
        <translation>Desfeito em {program}</translation>
    </message>
    <message>
        <source>Unlock it with its password, then try again.</source>
        <translation>Desbloqueie-o com a senha dele e tente novamente.</translation>
    </message>
    <message>
        <source>Unlock the login keychain in Keychain Access.</source>
        <translation>Desbloqueie as chaves “Início de Sessão” no Acesso às Chaves.</translation>
    </message>
    <message>
        <source>Unmute it in the sound settings or with its mute key.</source>
        <translation>Reative o som dele nas configurações de som ou com a tecla de mudo.</translation>
    </message>
    <message>
        <source>Unplug the microphone and plug it in again, or restart.</source>
        <translation>Desconecte o microfone e conecte-o novamente, ou reinicie.</translation>
    </message>
    <message>
        <source>Until the text is there</source>
        <translation>Até que o texto esteja pronto</translation>
    </message>
    <message>
        <source>Until you delete them</source>
        <translation>Até você excluí-las</translation>
    </message>
    <message>
        <source>Up to 10 s</source>
        <translation>Até 10 s</translation>
    </message>
    <message>
        <source>Update Saywrite, or start with --data and another folder.</source>
        <translation>Atualize o Saywrite, ou inicie-o com --data e outra pasta.</translation>
    </message>
    <message>
        <source>Use --data.</source>
        <translation>Use --data.</translation>
    </message>
    <message>
        <source>Use an HTTP proxy.</source>
        <translation>Use um proxy HTTP.</translation>
    </message>
    <message>
        <source>Use Ctrl, Alt, Shift or Super.</source>
        <translation>Use Ctrl, Alt, Shift ou Super.</translation>
    </message>
    <message>
        <source>Use headphones: a microphone near a loudspeaker hears the sound.</source>
        <translation>Use fones de ouvido: um microfone perto de um alto-falante capta o som.</translation>
    </message>
    <message>
        <source>Use of the key</source>
        <translation>Uso da tecla</translation>
    </message>
    <message>
        <source>Use Settings &gt; Apps &gt; Startup instead.</source>
        <translation>Em vez disso, use Configurações &gt; Aplicativos &gt; Inicialização.</translation>
    </message>
    <message>
        <source>Use t&amp;his text</source>
        <translation>&amp;Usar este texto</translation>
    </message>
    <message>
        <source>Use the same version of Saywrite for both.</source>
        <translation>Use a mesma versão do Saywrite nos dois lados.</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>Usar este modelo</translation>
    </message>
    <message>
        <source>Use {label}</source>
        <translation>Usar {label}</translation>
    </message>
    <message>
        <source>Utterance {index} of {total}, {start} to {end}. Enter plays it.</source>
        <translation>Enunciado {index} de {total}, de {start} a {end}. Enter o reproduz.</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>Verificar</translation>
    </message>
    <message>
        <source>Very quiet.</source>
        <translation>Muito baixo.</translation>
    </message>
    <message>
        <source>video encoders that PyAV's wheels carry as separate libraries; Saywrite does not use them</source>
        <translation>codificadores de vídeo que os pacotes wheel do PyAV contêm como bibliotecas separadas; o Saywrite não os usa</translation>
    </message>
    <message>
        <source>voice start stop listening accessibility</source>
        <translation>mãos livres voz controle por voz iniciar parar ouvir acessibilidade</translation>
    </message>
    <message>
        <source>Volume of the sounds</source>
        <translation>Volume dos sons</translation>
    </message>
    <message>
        <source>Wait at the end for</source>
        <translation>Esperar no fim</translation>
    </message>
    <message>
        <source>Wait: aiOla's text replaces what this computer hears meanwhile</source>
        <translation>Esperar: o texto da aiOla substitui o que este computador ouve nesse meio-tempo</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Aguardando</translation>
    </message>
    <message>
        <source>waiting for a phrase</source>
        <translation>esperando a frase de ativação</translation>
    </message>
    <message>
        <source>Waiting, continues at {confirmed}</source>
        <translation>Aguardando, continua em {confirmed}</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>aviso</translation>
    </message>
    <message>
        <source>WAV audio (*.wav)</source>
        <translation>Áudio WAV (*.wav)</translation>
    </message>
    <message>
        <source>Waveform</source>
        <translation>Forma de onda</translation>
    </message>
    <message>
        <source>Waveform of the recording</source>
        <translation>Forma de onda da gravação</translation>
    </message>
    <message>
        <source>WebVTT subtitles</source>
        <translation>Legendas WebVTT</translation>
    </message>
    <message>
        <source>Welcome to Saywrite</source>
        <translation>Boas-vindas ao Saywrite</translation>
    </message>
    <message>
        <source>What answers as {host} has a certificate for another name.</source>
        <translation>O que responde como {host} tem um certificado para outro nome.</translation>
    </message>
    <message>
        <source>What has arrived is kept: {size}.</source>
        <translation>O que já chegou está guardado: {size}.</translation>
    </message>
    <message>
        <source>What is in it now will be gone.</source>
        <translation>O conteúdo atual será perdido.</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>O que há de novo</translation>
    </message>
    <message>
        <source>What is on the clipboard comes too slowly from its program; it could not be saved, so it was left alone and the text typed into {program}.</source>
        <translation>O conteúdo da área de transferência chega devagar demais do programa dele e não pôde ser salvo, por isso ficou como estava e o texto foi digitado em {program}.</translation>
    </message>
    <message>
        <source>What is on the clipboard comes too slowly from its program; it could not be saved, so the text was not inserted.</source>
        <translation>O conteúdo da área de transferência chega devagar demais do programa dele e não pôde ser salvo, por isso o texto não foi inserido.</translation>
    </message>
    <message>
        <source>What is on the clipboard is larger than 64 MB; it could not be saved, so it was left alone and the text typed into {program}.</source>
        <translation>O conteúdo da área de transferência tem mais de 64 MB e não pôde ser salvo, por isso ficou como estava e o texto foi digitado em {program}.</translation>
    </message>
    <message>
        <source>What is on the clipboard is larger than 64 MB; it could not be saved, so the text was not inserted.</source>
        <translation>O conteúdo da área de transferência tem mais de 64 MB e não pôde ser salvo, por isso o texto não foi inserido.</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>O que faz</translation>
    </message>
    <message>
        <source>What it hears before a key is kept in memory for a moment, then forgotten.</source>
        <translation>O que ele ouve antes de você pressionar uma tecla fica um momento na memória e depois é esquecido.</translation>
    </message>
    <message>
        <source>What Saywrite hears</source>
        <translation>O que o Saywrite ouve</translation>
    </message>
    <message>
        <source>What was inserted is unchanged.</source>
        <translation>O que foi inserido não mudou.</translation>
    </message>
    <message>
        <source>What you correct in a text is remembered on this computer, as long as its dictation is in the history.</source>
        <translation>O que você corrige em um texto é lembrado neste computador, enquanto o ditado estiver no histórico.</translation>
    </message>
    <message>
        <source>What you dictated stays in the history.</source>
        <translation>O que você ditou fica no histórico.</translation>
    </message>
    <message>
        <source>What you said is kept. Press the key to go on.</source>
        <translation>O que você disse está guardado. Pressione a tecla para continuar.</translation>
    </message>
    <message>
        <source>What you said is kept. Say the phrase again to go on.</source>
        <translation>O que você disse está guardado. Diga de novo a frase de ativação para continuar.</translation>
    </message>
    <message>
        <source>What you said is kept. Saywrite waits for the phrase again when the screen is unlocked.</source>
        <translation>O que você disse está guardado. O Saywrite voltará a esperar a frase de ativação quando a tela for desbloqueada.</translation>
    </message>
    <message>
        <source>What you say shortly before the key press is written, too. The microphone then stays open between dictations; older sound is forgotten at once.</source>
        <translation>O que você diz pouco antes de pressionar a tecla também é escrito. O microfone fica então aberto entre os ditados; o som mais antigo é esquecido imediatamente.</translation>
    </message>
    <message>
        <source>What's new</source>
        <translation>Novidades</translation>
    </message>
    <message>
        <source>When aiOla cannot be reached</source>
        <translation>Quando a aiOla não está acessível</translation>
    </message>
    <message>
        <source>When each paragraph begins. Ctrl+Enter in the text plays the sentence at the cursor.</source>
        <translation>Quando cada parágrafo começa. Ctrl+Enter no texto reproduz a frase no cursor.</translation>
    </message>
    <message>
        <source>When each paragraph begins. Enter in the text plays from the word at the cursor.</source>
        <translation>Quando cada parágrafo começa. Enter no texto reproduz a partir da palavra em que está o cursor.</translation>
    </message>
    <message>
        <source>When I &amp;hear</source>
        <translation>Quando eu &amp;ouvir</translation>
    </message>
    <message>
        <source>When I say</source>
        <translation>Quando eu disser</translation>
    </message>
    <message>
        <source>When the recognizer sets no punctuation</source>
        <translation>Quando o reconhecedor não põe pontuação</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Destino</translation>
    </message>
    <message>
        <source>Where &amp;my speech went…</source>
        <translation>Para on&amp;de minha fala foi…</translation>
    </message>
    <message>
        <source>Where my speech went – Saywrite</source>
        <translation>Para onde minha fala foi – Saywrite</translation>
    </message>
    <message>
        <source>Where my speech went, by month</source>
        <translation>Para onde minha fala foi, por mês</translation>
    </message>
    <message>
        <source>Which texts are shown</source>
        <translation>Quais textos são mostrados</translation>
    </message>
    <message>
        <source>While you dictate, use headphones: a microphone near a loudspeaker hears what is read.</source>
        <translation>Ao ditar, use fones de ouvido: um microfone perto de um alto-falante capta o que é lido.</translation>
    </message>
    <message>
        <source>whisper engine</source>
        <translation>whisper motor reconhecimento de voz</translation>
    </message>
    <message>
        <source>Who writes</source>
        <translation>Quem escreve</translation>
    </message>
    <message>
        <source>Who writes what you say?</source>
        <translation>Quem escreve o que você diz?</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Janela</translation>
    </message>
    <message>
        <source>Windows does not report {chord} to other programs.</source>
        <translation>O Windows não informa {chord} a outros programas.</translation>
    </message>
    <message>
        <source>Windows refused it ({reason}).</source>
        <translation>O Windows recusou ({reason}).</translation>
    </message>
    <message>
        <source>Windows reports no key to Saywrite any more.</source>
        <translation>O Windows não informa mais nenhuma tecla ao Saywrite.</translation>
    </message>
    <message>
        <source>With a higher value, only clear speech is written.</source>
        <translation>Com um valor mais alto, somente fala clara é escrita.</translation>
    </message>
    <message>
        <source>With less motion, the overlay's level moves rarely.</source>
        <translation>Com menos movimento, o nível do painel flutuante muda raramente.</translation>
    </message>
    <message>
        <source>Without text yet</source>
        <translation>Ainda sem texto</translation>
    </message>
    <message>
        <source>Without {name} all texts would have the same name.</source>
        <translation>Sem {name}, todos os textos teriam o mesmo nome.</translation>
    </message>
    <message>
        <source>Words as they come</source>
        <translation>As palavras à medida que chegam</translation>
    </message>
    <message>
        <source>Words it should know</source>
        <translation>Palavras que ele deve conhecer</translation>
    </message>
    <message>
        <source>words vocabulary dictionary lab learn correct</source>
        <translation>palavras vocabulário dicionário laboratório aprender corrigir correção</translation>
    </message>
    <message>
        <source>Workflow</source>
        <translation>Fluxo de trabalho</translation>
    </message>
    <message>
        <source>Works without a network. What you say does not leave this computer.</source>
        <translation>Funciona sem rede. O que você diz não sai deste computador.</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>Escrever</translation>
    </message>
    <message>
        <source>Write a space instead</source>
        <translation>Escrever um espaço no lugar</translation>
    </message>
    <message>
        <source>Write each modifier once.</source>
        <translation>Escreva cada modificador uma só vez.</translation>
    </message>
    <message>
        <source>Write it like Ctrl+Alt+Space, F9 or Right Ctrl.</source>
        <translation>Escreva-a como Ctrl+Alt+Space, F9 ou Right Ctrl.</translation>
    </message>
    <message>
        <source>Write the whole path of the folder, or an address that begins with https://.</source>
        <translation>Escreva o caminho completo da pasta ou um endereço que comece com https://.</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>Escrevendo…</translation>
    </message>
    <message>
        <source>written</source>
        <translation>forma escrita</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Ontem</translation>
    </message>
    <message>
        <source>You can already speak: your words are recorded, and written as soon as the model is here.</source>
        <translation>Você já pode falar: suas palavras são gravadas e serão escritas assim que o modelo estiver disponível.</translation>
    </message>
    <message>
        <source>You can change this at any time.</source>
        <translation>Você pode alterar isto a qualquer momento.</translation>
    </message>
    <message>
        <source>You can listen again to a recording that is kept. It stays on this computer.</source>
        <translation>Você pode ouvir novamente uma gravação mantida. Ela fica neste computador.</translation>
    </message>
    <message>
        <source>You changed keywords and did not apply the changes.</source>
        <translation>Você alterou palavras-chave e não aplicou as alterações.</translation>
    </message>
    <message>
        <source>You changed the text and did not save it.</source>
        <translation>Você alterou o texto e não o salvou.</translation>
    </message>
    <message>
        <source>You corrected these words in your texts.</source>
        <translation>Você corrigiu estas palavras em seus textos.</translation>
    </message>
    <message numerus="yes">
        <source>You stopped before {n} recordings: their texts were used.</source>
        <extracomment>Singular: You stopped before {n} recording: its text was used.</extracomment>
        <translation>
            <numerusform>Você interrompeu o teste, e {n} gravação não foi reconhecida: o texto dela foi usado.</numerusform>
            <numerusform>Você interrompeu o teste, e {n} gravações não foram reconhecidas: os textos delas foram usados.</numerusform>
        </translation>
    </message>
    <message>
        <source>You went to another window before the text was there.</source>
        <translation>Você foi para outra janela antes que o texto chegasse.</translation>
    </message>
    <message>
        <source>Your words appear here as you say them. Press Stop when you are done.</source>
        <translation>Suas palavras aparecem aqui à medida que você as diz. Pressione Parar quando terminar.</translation>
    </message>
    <message>
        <source>Your words are recorded. They are written as soon as the model is here.</source>
        <translation>Suas palavras são gravadas. Elas serão escritas assim que o modelo estiver disponível.</translation>
    </message>
    <message>
        <source>Your words are written as soon as the model is here.</source>
        <translation>Suas palavras serão escritas assim que o modelo estiver disponível.</translation>
    </message>
    <message>
        <source>{added:,} added</source>
        <translation>adicionadas: {added:,}</translation>
    </message>
    <message>
        <source>{cells} columns instead of 2; put quotation marks around text with a comma.</source>
        <translation>{cells} colunas em vez de 2; coloque entre aspas o texto que tiver vírgula.</translation>
    </message>
    <message>
        <source>{changed:,} changed</source>
        <translation>alteradas: {changed:,}</translation>
    </message>
    <message>
        <source>{chord} is already your other key.</source>
        <translation>{chord} já é sua outra tecla.</translation>
    </message>
    <message>
        <source>{chord} is needed for writing: add Ctrl, Alt or Super.</source>
        <translation>{chord} é necessário para escrever: adicione Ctrl, Alt ou Super.</translation>
    </message>
    <message>
        <source>{chord} usually {purpose}.</source>
        <translation>Uso habitual de {chord}: {purpose}.</translation>
    </message>
    <message>
        <source>{column}, keyword {row}</source>
        <translation>{column}, palavra-chave {row}</translation>
    </message>
    <message>
        <source>{confirmed} of {length}</source>
        <translation>{confirmed} de {length}</translation>
    </message>
    <message>
        <source>{day:%A}, {day:%B} {number}</source>
        <translation>{day:%A}, {number} de {day:%B}</translation>
    </message>
    <message>
        <source>{day:%A}, {day:%B} {number}, {year}</source>
        <translation>{day:%A}, {number} de {day:%B} de {year}</translation>
    </message>
    <message>
        <source>{device} (not connected)</source>
        <translation>{device} (não conectado)</translation>
    </message>
    <message>
        <source>{device} is open all the time, as you chose.</source>
        <translation>{device} fica aberto o tempo todo, como você escolheu.</translation>
    </message>
    <message>
        <source>{dictations} exported to {name}</source>
        <translation>Exportado para {name}: {dictations}</translation>
    </message>
    <message>
        <source>{dictations}, {length} in all</source>
        <translation>{dictations}, {length} no total</translation>
    </message>
    <message numerus="yes">
        <source>{done} of {n:,} files done</source>
        <extracomment>Singular: {done} of {n:,} file done</extracomment>
        <translation>
            <numerusform>{done} de {n:,} arquivo concluído</numerusform>
            <numerusform>{done} de {n:,} arquivos concluídos</numerusform>
        </translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} de {total}</translation>
    </message>
    <message>
        <source>{download_bytes} to download · {disk_bytes} on disk · {memory_bytes} of memory · {license} license</source>
        <translation>{download_bytes} para baixar · {disk_bytes} em disco · {memory_bytes} de memória · licença {license}</translation>
    </message>
    <message>
        <source>{file} cannot be read: {error}</source>
        <translation>não é possível ler {file}: {error}</translation>
    </message>
    <message>
        <source>{file} was written by a newer version of Saywrite; what this one knows is used.</source>
        <translation>{file} foi gravado por uma versão mais recente do Saywrite; o que esta conhece é usado.</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Its default is used: {shown}.</source>
        <translation>{file}: {name} {problem}. O valor padrão é usado: {shown}.</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Nothing leaves this computer until it is corrected.</source>
        <translation>{file}: {name} {problem}. Nada sai deste computador até que isso seja corrigido.</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Recordings are kept until it is corrected.</source>
        <translation>{file}: {name} {problem}. As gravações são mantidas até que isso seja corrigido.</translation>
    </message>
    <message>
        <source>{folder} belongs to another user; commands from other programs are not taken.</source>
        <translation>{folder} pertence a outro usuário; comandos de outros programas não são aceitos.</translation>
    </message>
    <message>
        <source>{folder} is a link; commands from other programs are not taken.</source>
        <translation>{folder} é um link; comandos de outros programas não são aceitos.</translation>
    </message>
    <message>
        <source>{folder} is no folder; commands from other programs are not taken.</source>
        <translation>{folder} não é uma pasta; comandos de outros programas não são aceitos.</translation>
    </message>
    <message>
        <source>{folder} is open to other users ({mode:03o}); commands from other programs are not taken.</source>
        <translation>{folder} está aberta a outros usuários ({mode:03o}); comandos de outros programas não são aceitos.</translation>
    </message>
    <message>
        <source>{format} ({suffix})</source>
        <translation>{format} ({suffix})</translation>
    </message>
    <message>
        <source>{found:,} found</source>
        <translation>encontrados: {found:,}</translation>
    </message>
    <message>
        <source>{freed} of disk space become free. It can be downloaded again at any time.</source>
        <translation>{freed} de espaço em disco serão liberados. O modelo pode ser baixado novamente a qualquer momento.</translation>
    </message>
    <message>
        <source>{go_on} See the settings.</source>
        <translation>{go_on} Consulte as configurações.</translation>
    </message>
    <message>
        <source>{host} cannot prove who it is: this computer does not trust its certificate.</source>
        <translation>{host} não consegue provar sua identidade: este computador não confia no certificado dele.</translation>
    </message>
    <message>
        <source>{host} closed the connection ({code}).</source>
        <translation>{host} fechou a conexão ({code}).</translation>
    </message>
    <message>
        <source>{host} closed the connection.</source>
        <translation>{host} fechou a conexão.</translation>
    </message>
    <message>
        <source>{host} closed the session.</source>
        <translation>{host} fechou a sessão.</translation>
    </message>
    <message>
        <source>{host} does not accept the API key.</source>
        <translation>{host} não aceita a chave de API.</translation>
    </message>
    <message>
        <source>{host} does not accept the request ({detail}).</source>
        <translation>{host} não aceita a solicitação ({detail}).</translation>
    </message>
    <message>
        <source>{host} does not answer.</source>
        <translation>{host} não responde.</translation>
    </message>
    <message>
        <source>{host} does not know this workflow.</source>
        <translation>{host} não conhece este fluxo de trabalho.</translation>
    </message>
    <message>
        <source>{host} does not take this sound: its format or its length.</source>
        <translation>{host} não aceita este som por causa do formato ou da duração.</translation>
    </message>
    <message>
        <source>{host} ended the connection.</source>
        <translation>{host} encerrou a conexão.</translation>
    </message>
    <message>
        <source>{host} gave an answer that makes no sense (while {doing}).</source>
        <translation>{host} deu uma resposta incompreensível (durante: {doing}).</translation>
    </message>
    <message>
        <source>{host} gives out an access token that has expired.</source>
        <translation>{host} fornece um token de acesso que expirou.</translation>
    </message>
    <message>
        <source>{host} gives this computer no access token.</source>
        <translation>{host} não fornece um token de acesso a este computador.</translation>
    </message>
    <message>
        <source>{host} has a problem of its own ({detail}, while {doing}).</source>
        <translation>{host} tem um problema próprio ({detail}, durante: {doing}).</translation>
    </message>
    <message>
        <source>{host} has had too many requests from this account.</source>
        <translation>{host} recebeu solicitações demais desta conta.</translation>
    </message>
    <message>
        <source>{host} has no aiOla service at this address.</source>
        <translation>{host} não tem um serviço da aiOla neste endereço.</translation>
    </message>
    <message>
        <source>{host} is not found.</source>
        <translation>{host} não foi encontrado.</translation>
    </message>
    <message>
        <source>{host} no longer accepts the access token.</source>
        <translation>{host} não aceita mais o token de acesso.</translation>
    </message>
    <message>
        <source>{host} reports an error ({detail}, while {doing}).</source>
        <translation>{host} informa um erro ({detail}, durante: {doing}).</translation>
    </message>
    <message>
        <source>{host} sends a text that is far too long.</source>
        <translation>{host} envia um texto longo demais.</translation>
    </message>
    <message>
        <source>{host} sends far more than belongs to this sound.</source>
        <translation>{host} envia muito mais do que corresponde a este som.</translation>
    </message>
    <message>
        <source>{host} takes no connection.</source>
        <translation>{host} não aceita conexões.</translation>
    </message>
    <message>
        <source>{host} was not contacted, because nothing may leave this computer.</source>
        <translation>{host} não foi contatado, porque nada pode sair deste computador.</translation>
    </message>
    <message>
        <source>{host}, or a gateway on the way to it, accepts no WebSocket ({detail}).</source>
        <translation>{host}, ou um gateway no caminho, não aceita WebSocket ({detail}).</translation>
    </message>
    <message>
        <source>{hours} h</source>
        <translation>{hours} h</translation>
    </message>
    <message>
        <source>{hours} h left</source>
        <translation>restante: {hours} h</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} h {minutes} min</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min left</source>
        <translation>restante: {hours} h {minutes} min</translation>
    </message>
    <message>
        <source>{keywords} exported to {name}.</source>
        <translation>Exportado para {name}: {keywords}.</translation>
    </message>
    <message>
        <source>{key} can only be used alone, not with other keys.</source>
        <translation>A tecla {key} só pode ser usada sozinha, não com outras teclas.</translation>
    </message>
    <message>
        <source>{key} no longer works in combinations with other keys.</source>
        <translation>A tecla {key} deixa de funcionar em combinação com outras teclas.</translation>
    </message>
    <message>
        <source>{key} This is how it works in every program.</source>
        <translation>{key} É assim que funciona em todos os programas.</translation>
    </message>
    <message>
        <source>{label} (default)</source>
        <translation>{label} (padrão)</translation>
    </message>
    <message>
        <source>{label} ({size}) was not downloaded: the connection is metered.</source>
        <translation>{label} ({size}) não foi baixado: a conexão é limitada.</translation>
    </message>
    <message>
        <source>{label} account…</source>
        <translation>Conta da {label}…</translation>
    </message>
    <message>
        <source>{label} cannot be converted: {error}.</source>
        <translation>{label} não pode ser convertido: {error}.</translation>
    </message>
    <message>
        <source>{label} cannot be downloaded: its files are not verified.</source>
        <translation>{label} não pode ser baixado: os arquivos não foram verificados.</translation>
    </message>
    <message>
        <source>{label} cannot be read: {reason}.</source>
        <translation>{label} não pode ser lido: {reason}.</translation>
    </message>
    <message>
        <source>{label} cannot be removed: {reason}.</source>
        <translation>{label} não pode ser removido: {reason}.</translation>
    </message>
    <message>
        <source>{label} could not be downloaded ({reasons}).</source>
        <translation>Não foi possível baixar {label} ({reasons}).</translation>
    </message>
    <message>
        <source>{label} delivered no sound.</source>
        <translation>{label} não forneceu som.</translation>
    </message>
    <message>
        <source>{label} delivers no sound.</source>
        <translation>{label} não fornece som.</translation>
    </message>
    <message>
        <source>{label} delivers nothing but silence.</source>
        <translation>{label} só fornece silêncio.</translation>
    </message>
    <message>
        <source>{label} does not know {name}.</source>
        <translation>{label} não conhece este idioma: {name}.</translation>
    </message>
    <message>
        <source>{label} is back.</source>
        <translation>{label} voltou.</translation>
    </message>
    <message>
        <source>{label} is being downloaded by another Saywrite.</source>
        <translation>{label} está sendo baixado por outro Saywrite.</translation>
    </message>
    <message>
        <source>{label} is being downloaded: {arrived}</source>
        <translation>Baixando {label}: {arrived}</translation>
    </message>
    <message>
        <source>{label} is being prepared for this computer.</source>
        <translation>{label} está sendo preparado para este computador.</translation>
    </message>
    <message>
        <source>{label} is damaged: its files are incomplete or were changed.</source>
        <translation>{label} está danificado: os arquivos estão incompletos ou foram alterados.</translation>
    </message>
    <message>
        <source>{label} is damaged: {files}. It is no longer used.</source>
        <translation>{label} está danificado: {files}. Ele não é mais usado.</translation>
    </message>
    <message>
        <source>{label} is muted.</source>
        <translation>{label} está no mudo.</translation>
    </message>
    <message>
        <source>{label} is not connected. Using {other} until it is.</source>
        <translation>{label} não está conectado. Usando {other} enquanto isso.</translation>
    </message>
    <message>
        <source>{label} is not connected. Using {other}.</source>
        <translation>{label} não está conectado. Usando {other}.</translation>
    </message>
    <message>
        <source>{label} is not on this computer yet.</source>
        <translation>{label} ainda não está neste computador.</translation>
    </message>
    <message>
        <source>{label} is not on this computer.</source>
        <translation>{label} não está neste computador.</translation>
    </message>
    <message>
        <source>{label} is part of the installation and stays.</source>
        <translation>{label} faz parte da instalação e permanece.</translation>
    </message>
    <message>
        <source>{label} is very quiet.</source>
        <translation>{label} está muito baixo.</translation>
    </message>
    <message>
        <source>{label} was damaged while it was converted.</source>
        <translation>{label} foi danificado durante a conversão.</translation>
    </message>
    <message>
        <source>{label} was not available.</source>
        <translation>{label} não estava disponível.</translation>
    </message>
    <message>
        <source>{label} was unplugged. Using {other} until it is back.</source>
        <translation>{label} foi desconectado. Usando {other} até que ele volte.</translation>
    </message>
    <message>
        <source>{label} was unplugged. Using {other}.</source>
        <translation>{label} foi desconectado. Usando {other}.</translation>
    </message>
    <message>
        <source>{label} went away.</source>
        <translation>{label} não está mais disponível.</translation>
    </message>
    <message>
        <source>{label}: choose a folder</source>
        <translation>{label}: escolher uma pasta</translation>
    </message>
    <message>
        <source>{length} at {at}: {cause}</source>
        <translation>{length} em {at}: {cause}</translation>
    </message>
    <message>
        <source>{length} of sound is missing {where}: {cause}</source>
        <translation>Falta som ({length}) {where}: {cause}</translation>
    </message>
    <message>
        <source>{length} of sound missing</source>
        <translation>Falta som: {length}</translation>
    </message>
    <message>
        <source>{length} of sound missing: {cause}</source>
        <translation>Falta som ({length}): {cause}</translation>
    </message>
    <message>
        <source>{length} of speech stayed on this computer</source>
        <translation>{length} de fala só neste computador</translation>
    </message>
    <message numerus="yes">
        <source>{length} recorded, {n:,} utterances.</source>
        <extracomment>Singular: {length} recorded, {n:,} utterance.</extracomment>
        <translation>
            <numerusform>Gravado: {length}, {n:,} enunciado.</numerusform>
            <numerusform>Gravado: {length}, {n:,} enunciados.</numerusform>
        </translation>
    </message>
    <message>
        <source>{length} went to {host} ({bytes})</source>
        <translation>{length} para {host} ({bytes})</translation>
    </message>
    <message>
        <source>{megabytes:,.0f} MB</source>
        <translation>{megabytes:,.0f} MB</translation>
    </message>
    <message>
        <source>{method} knows only the options engine, language and activation-token, as text.</source>
        <translation>{method} conhece apenas as opções engine, language e activation-token, como texto.</translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation>{minutes} min</translation>
    </message>
    <message>
        <source>{minutes} min left</source>
        <translation>restante: {minutes} min</translation>
    </message>
    <message>
        <source>{minutes} min {seconds} s</source>
        <translation>{minutes} min {seconds} s</translation>
    </message>
    <message>
        <source>{missing}, at {at}.</source>
        <translation>{missing}, em {at}.</translation>
    </message>
    <message>
        <source>{model} on this computer</source>
        <translation>{model} neste computador</translation>
    </message>
    <message>
        <source>{model} on your last dictation</source>
        <translation>{model} com seu último ditado</translation>
    </message>
    <message>
        <source>{model} · on this computer</source>
        <translation>{model} · neste computador</translation>
    </message>
    <message>
        <source>{month:%B} {year}</source>
        <translation>{month:%B} de {year}</translation>
    </message>
    <message numerus="yes">
        <source>{n:,} bytes</source>
        <extracomment>Singular: {n:,} byte</extracomment>
        <translation>
            <numerusform>{n:,} byte</numerusform>
            <numerusform>{n:,} bytes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations</source>
        <extracomment>Singular: {n:,} dictation</extracomment>
        <translation>
            <numerusform>{n:,} ditado</numerusform>
            <numerusform>{n:,} ditados</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations deleted.</source>
        <extracomment>Singular: {n:,} dictation deleted.</extracomment>
        <translation>
            <numerusform>{n:,} ditado excluído.</numerusform>
            <numerusform>{n:,} ditados excluídos.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords</source>
        <extracomment>Singular: {n:,} keyword</extracomment>
        <translation>
            <numerusform>{n:,} palavra-chave</numerusform>
            <numerusform>{n:,} palavras-chave</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords removed.</source>
        <extracomment>Singular: {n:,} keyword removed.</extracomment>
        <translation>
            <numerusform>{n:,} palavra-chave removida.</numerusform>
            <numerusform>{n:,} palavras-chave removidas.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} lines left out:</source>
        <extracomment>Singular: {n:,} line left out:</extracomment>
        <translation>
            <numerusform>{n:,} linha omitida:</numerusform>
            <numerusform>{n:,} linhas omitidas:</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} more messages</source>
        <extracomment>Singular: {n:,} more message</extracomment>
        <translation>
            <numerusform>Mais {n:,} mensagem</numerusform>
            <numerusform>Mais {n:,} mensagens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} more places</source>
        <extracomment>Singular: {n:,} more place</extracomment>
        <translation>
            <numerusform>mais {n:,} lugar</numerusform>
            <numerusform>mais {n:,} lugares</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} segments</source>
        <extracomment>Singular: {n:,} segment</extracomment>
        <translation>
            <numerusform>{n:,} segmento</numerusform>
            <numerusform>{n:,} segmentos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} unfinished dictations</source>
        <extracomment>Singular: {n:,} unfinished dictation</extracomment>
        <translation>
            <numerusform>{n:,} ditado inacabado</numerusform>
            <numerusform>{n:,} ditados inacabados</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} utterances</source>
        <extracomment>Singular: {n:,} utterance</extracomment>
        <translation>
            <numerusform>{n:,} enunciado</numerusform>
            <numerusform>{n:,} enunciados</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} utterances waiting for text.</source>
        <extracomment>Singular: {n:,} utterance waiting for text.</extracomment>
        <translation>
            <numerusform>{n:,} enunciado aguarda texto.</numerusform>
            <numerusform>{n:,} enunciados aguardam texto.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} words</source>
        <extracomment>Singular: {n:,} word</extracomment>
        <translation>
            <numerusform>{n:,} palavra</numerusform>
            <numerusform>{n:,} palavras</numerusform>
        </translation>
    </message>
    <message>
        <source>{names} and {last}</source>
        <translation>{names} e {last}</translation>
    </message>
    <message numerus="yes">
        <source>{names} and {n} more</source>
        <extracomment>Singular: {names} and {n} more</extracomment>
        <translation>
            <numerusform>{names} e mais {n}</numerusform>
            <numerusform>{names} e mais {n}</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} cannot be read: {reason}.</source>
        <translation>{name} não pode ser lido: {reason}.</translation>
    </message>
    <message>
        <source>{name} for transcribing again</source>
        <translation>{name} para a nova transcrição</translation>
    </message>
    <message>
        <source>{name} holds no keyring yet; it asks for a password when a key is saved.</source>
        <translation>{name} ainda não contém um chaveiro; uma senha é pedida quando uma chave é salva.</translation>
    </message>
    <message>
        <source>{name} is locked; it asks for its password when the key is needed.</source>
        <translation>{name} está bloqueado; a senha é pedida quando a chave é necessária.</translation>
    </message>
    <message>
        <source>{name} – not in {label}</source>
        <translation>{name} – não disponível em {label}</translation>
    </message>
    <message>
        <source>{name}: recording from {device}</source>
        <translation>{name}: gravando com {device}</translation>
    </message>
    <message>
        <source>{name}: {changes}.</source>
        <translation>{name}: {changes}.</translation>
    </message>
    <message>
        <source>{number:,} of {found:,}</source>
        <translation>{number:,} de {found:,}</translation>
    </message>
    <message>
        <source>{number} {unit}</source>
        <translation>{number} {unit}</translation>
    </message>
    <message numerus="yes">
        <source>{n} corrections deleted; their texts stay.</source>
        <extracomment>Singular: {n} correction deleted; its text stays.</extracomment>
        <translation>
            <numerusform>{n} correção excluída; o texto dela fica.</numerusform>
            <numerusform>{n} correções excluídas; os textos delas ficam.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} days</source>
        <extracomment>Singular: {n} day</extracomment>
        <translation>
            <numerusform>{n} dia</numerusform>
            <numerusform>{n} dias</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} dictations have no recording: their texts were used.</source>
        <extracomment>Singular: {n} dictation has no recording: its text was used.</extracomment>
        <translation>
            <numerusform>{n} ditado não tem gravação: o texto dele foi usado.</numerusform>
            <numerusform>{n} ditados não têm gravação: os textos deles foram usados.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} hits.</source>
        <extracomment>Singular: {n} hit.</extracomment>
        <translation>
            <numerusform>{n} ocorrência.</numerusform>
            <numerusform>{n} ocorrências.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} keywords to check.</source>
        <extracomment>Singular: {n} keyword to check.</extracomment>
        <translation>
            <numerusform>{n} palavra-chave a verificar.</numerusform>
            <numerusform>{n} palavras-chave a verificar.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} minutes</source>
        <extracomment>Singular: {n} minute</extracomment>
        <translation>
            <numerusform>{n} minuto</numerusform>
            <numerusform>{n} minutos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} of {all} dictations change.</source>
        <extracomment>Singular: {n} of {all} dictations changes.</extracomment>
        <translation>
            <numerusform>{n} de {all} ditados muda.</numerusform>
            <numerusform>{n} de {all} ditados mudam.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} recordings were recognized again.</source>
        <extracomment>Singular: {n} recording was recognized again.</extracomment>
        <translation>
            <numerusform>{n} gravação foi reconhecida novamente.</numerusform>
            <numerusform>{n} gravações foram reconhecidas novamente.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} seconds</source>
        <extracomment>Singular: {n} second</extracomment>
        <translation>
            <numerusform>{n} segundo</numerusform>
            <numerusform>{n} segundos</numerusform>
        </translation>
    </message>
    <message>
        <source>{path} cannot be changed by Saywrite.</source>
        <translation>O Saywrite não pode alterar {path}.</translation>
    </message>
    <message>
        <source>{path} cannot be read ({reason}). The defaults are used.</source>
        <translation>{path} não pode ser lido ({reason}). Os valores padrão são usados.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation>{path} não pode ser lido: {reason}.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}. There are no keywords.</source>
        <translation>{path} não pode ser lido: {reason}. Não há palavras-chave.</translation>
    </message>
    <message>
        <source>{path} cannot be used ({reason}).</source>
        <translation>{path} não pode ser usado ({reason}).</translation>
    </message>
    <message>
        <source>{path} is not a history of Saywrite. It was left as it is.</source>
        <translation>{path} não é um histórico do Saywrite. Ele foi deixado como estava.</translation>
    </message>
    <message>
        <source>{path} is not a settings file ({error}).</source>
        <translation>{path} não é um arquivo de configurações ({error}).</translation>
    </message>
    <message>
        <source>{path} is not a settings file.</source>
        <translation>{path} não é um arquivo de configurações.</translation>
    </message>
    <message>
        <source>{path} is where Saywrite's socket should be; commands from other programs are not taken.</source>
        <translation>{path} está onde deveria estar o socket do Saywrite; comandos de outros programas não são aceitos.</translation>
    </message>
    <message>
        <source>{path} was not saved: {reason}.</source>
        <translation>{path} não foi salvo: {reason}.</translation>
    </message>
    <message>
        <source>{path}, line {line}: {what}</source>
        <translation>{path}, linha {line}: {what}</translation>
    </message>
    <message>
        <source>{path}: {what} It was kept as {name} beside it, and there are no keywords. Repair that file, then import it in the keyword list.</source>
        <translation>{path}: {what} O arquivo foi mantido ao lado como {name}, e não há palavras-chave. Repare esse arquivo e depois importe-o na lista de palavras-chave.</translation>
    </message>
    <message>
        <source>{path}: {what} It was left as it is, and there are no keywords. Repair or move it.</source>
        <translation>{path}: {what} O arquivo foi deixado como estava, e não há palavras-chave. Repare-o ou mova-o.</translation>
    </message>
    <message>
        <source>{place} cannot be written ({error})</source>
        <translation>não é possível gravar em {place} ({error})</translation>
    </message>
    <message>
        <source>{place} cannot be written ({error}).</source>
        <translation>Não é possível gravar em {place} ({error}).</translation>
    </message>
    <message>
        <source>{place} is on a read-only disk</source>
        <translation>{place} está em um disco somente leitura</translation>
    </message>
    <message>
        <source>{place} is on a read-only disk.</source>
        <translation>{place} está em um disco somente leitura.</translation>
    </message>
    <message>
        <source>{position} of {length}</source>
        <translation>{position} de {length}</translation>
    </message>
    <message>
        <source>{program} could not be brought to the front, so nothing was undone.</source>
        <translation>Não foi possível trazer {program} para a frente; por isso, nada foi desfeito.</translation>
    </message>
    <message>
        <source>{program} did not read the text.</source>
        <translation>{program} não leu o texto.</translation>
    </message>
    <message>
        <source>{program} did not receive the text</source>
        <translation>{program} não recebeu o texto</translation>
    </message>
    <message>
        <source>{program} does not report whether you have typed there since, so nothing was undone.</source>
        <translation>{program} não informa se você digitou algo ali desde então; por isso, nada foi desfeito.</translation>
    </message>
    <message>
        <source>{program} received the text</source>
        <translation>{program} recebeu o texto</translation>
    </message>
    <message>
        <source>{program} was sent the text; no confirmation came</source>
        <translation>O texto foi enviado a {program}; nenhuma confirmação chegou</translation>
    </message>
    <message>
        <source>{recognizer} for {segments}</source>
        <translation>{recognizer} para {segments}</translation>
    </message>
    <message>
        <source>{recognizer}: {languages}.</source>
        <translation>{recognizer}: {languages}.</translation>
    </message>
    <message>
        <source>{rest} in {places}</source>
        <translation>{rest} em {places}</translation>
    </message>
    <message>
        <source>{seconds:.0f} s</source>
        <translation>{seconds:.0f} s</translation>
    </message>
    <message>
        <source>{seconds:.0f} s of the dictation have no text: {why}.</source>
        <translation>{seconds:.0f} s do ditado não têm texto: {why}.</translation>
    </message>
    <message>
        <source>{seconds:.2f} s</source>
        <translation>{seconds:.2f} s</translation>
    </message>
    <message>
        <source>{seconds:g} seconds</source>
        <translation>{seconds:g} segundos</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} s</translation>
    </message>
    <message>
        <source>{seconds} s left</source>
        <translation>restante: {seconds} s</translation>
    </message>
    <message>
        <source>{sent} sent to {host}, {received} received</source>
        <translation>{sent} enviados para {host}, {received} recebidos</translation>
    </message>
    <message>
        <source>{setting} (not connected)</source>
        <translation>{setting} (não conectado)</translation>
    </message>
    <message>
        <source>{target} already exists.</source>
        <translation>{target} já existe.</translation>
    </message>
    <message>
        <source>{then:%b} {day}, {then:%H:%M}</source>
        <translation>{day} de {then:%b}, {then:%H:%M}</translation>
    </message>
    <message>
        <source>{then:%b} {day}, {year}, {then:%H:%M}</source>
        <translation>{day} de {then:%b} de {year}, {then:%H:%M}</translation>
    </message>
    <message>
        <source>{time:.0f} ms</source>
        <translation>{time:.0f} ms</translation>
    </message>
    <message>
        <source>{time} · at {start}</source>
        <translation>{time} · em {start}</translation>
    </message>
    <message>
        <source>{unknown} is not known. Use {{name}}, {{date}} or {{language}}.</source>
        <translation>{unknown} não é conhecido. Use {{name}}, {{date}} ou {{language}}.</translation>
    </message>
    <message>
        <source>{value} percent</source>
        <translation>{value} por cento</translation>
    </message>
    <message>
        <source>{variable} is set in the environment and wins: {value}</source>
        <translation>{variable} está definida no ambiente e prevalece: {value}</translation>
    </message>
    <message>
        <source>{variable} is set in the environment: that key is used, whatever is saved here.</source>
        <translation>{variable} está definida no ambiente: essa chave é usada, qualquer que seja a salva aqui.</translation>
    </message>
    <message numerus="yes">
        <source>{words:,} of {n:,} words</source>
        <extracomment>Singular: {words:,} of {n:,} word</extracomment>
        <translation>
            <numerusform>{words:,} de {n:,} palavra</numerusform>
            <numerusform>{words:,} de {n:,} palavras</numerusform>
        </translation>
    </message>
    <message>
        <source>{words} in {segments}</source>
        <translation>{words} em {segments}</translation>
    </message>
    <message>
        <source>{words}, {failed} failed</source>
        <translation>{words}, {failed} com falha</translation>
    </message>
    <message>
        <source>{{name}} is the name of the sound file, {{date}} is today, {{language}} the language. The ending chooses the format: {suffixes}.</source>
        <translation>{{name}} é o nome do arquivo de som, {{date}} é a data de hoje e {{language}}, o idioma. A extensão define o formato: {suffixes}.</translation>
    </message>
    <message>
        <source>“Default” is the one chosen in the system's settings.</source>
        <translation>“Padrão” é o microfone escolhido nas configurações do sistema.</translation>
    </message>
    <message>
        <source>“Listen” plays the sounds for start, end and failure, one after the other.</source>
        <translation>“Ouvir” reproduz, um após o outro, os sons de início, de fim e de falha.</translation>
    </message>
    <message>
        <source>“saywrite doctor” tells more.</source>
        <translation>“saywrite doctor” diz mais.</translation>
    </message>
    <message>
        <source>“{file}” was not transcribed. {what}</source>
        <translation>“{file}” não foi transcrito. {what}</translation>
    </message>
    <message>
        <source>“{name}” breaks off: its end, without which nothing of it can be decoded, is missing.</source>
        <translation>“{name}” está incompleto: falta o final, sem o qual nada dele pode ser decodificado.</translation>
    </message>
    <message>
        <source>“{name}” breaks off: {seconds:.1f} s could be read.</source>
        <translation>“{name}” está incompleto: foi possível ler {seconds:.1f} s.</translation>
    </message>
    <message>
        <source>“{name}” breaks off: {seconds:.1f} s of {whole:.1f} s could be read.</source>
        <translation>“{name}” está incompleto: foi possível ler {seconds:.1f} s de {whole:.1f} s.</translation>
    </message>
    <message>
        <source>“{name}” cannot be decoded.</source>
        <translation>“{name}” não pode ser decodificado.</translation>
    </message>
    <message>
        <source>“{name}” cannot be read: {reason}.</source>
        <translation>“{name}” não pode ser lido: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” could not be read: {reason}.</source>
        <translation>“{name}” não pôde ser lido: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” exists already.</source>
        <translation>“{name}” já existe.</translation>
    </message>
    <message>
        <source>“{name}” exists already. Replace it?</source>
        <translation>“{name}” já existe. Substituir?</translation>
    </message>
    <message>
        <source>“{name}” has a header but holds no sound.</source>
        <translation>“{name}” tem um cabeçalho, mas não contém som.</translation>
    </message>
    <message>
        <source>“{name}” has sound of a kind that cannot be decoded here, or that is protected against copying.</source>
        <translation>“{name}” tem um som que não pode ser decodificado aqui ou que é protegido contra cópia.</translation>
    </message>
    <message>
        <source>“{name}” holds no sound.</source>
        <translation>“{name}” não contém som.</translation>
    </message>
    <message>
        <source>“{name}” in “{text}” is not a modifier.</source>
        <translation>“{name}” em “{text}” não é uma tecla modificadora.</translation>
    </message>
    <message>
        <source>“{name}” is a folder.</source>
        <translation>“{name}” é uma pasta.</translation>
    </message>
    <message>
        <source>“{name}” is damaged: nothing of it can be decoded.</source>
        <translation>“{name}” está danificado: nada dele pode ser decodificado.</translation>
    </message>
    <message>
        <source>“{name}” is damaged: {seconds:.1f} s of it could not be decoded.</source>
        <translation>“{name}” está danificado: {seconds:.1f} s dele não puderam ser decodificados.</translation>
    </message>
    <message>
        <source>“{name}” is empty (0 bytes).</source>
        <translation>“{name}” está vazio (0 bytes).</translation>
    </message>
    <message>
        <source>“{name}” is not a file.</source>
        <translation>“{name}” não é um arquivo.</translation>
    </message>
    <message>
        <source>“{name}” is not a sound file that can be decoded here.</source>
        <translation>“{name}” não é um arquivo de som que possa ser decodificado aqui.</translation>
    </message>
    <message>
        <source>“{name}” is too large for a list of keywords.</source>
        <translation>“{name}” é grande demais para uma lista de palavras-chave.</translation>
    </message>
    <message>
        <source>“{name}” is very quiet: no speech was found in it.</source>
        <translation>“{name}” está muito baixo: nenhuma fala foi encontrada nele.</translation>
    </message>
    <message>
        <source>“{name}” may not be read.</source>
        <translation>Não é permitido ler “{name}”.</translation>
    </message>
    <message>
        <source>“{name}” was not exported.</source>
        <translation>“{name}” não foi exportado.</translation>
    </message>
    <message>
        <source>“{name}” was not exported: {reason}.</source>
        <translation>“{name}” não foi exportado: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” was not written: {reason}.</source>
        <translation>“{name}” não foi gravado em disco: {reason}.</translation>
    </message>
    <message>
        <source>“{spoken}” is in none of these dictations.</source>
        <translation>“{spoken}” não aparece em nenhum destes ditados.</translation>
    </message>
    <message>
        <source>“{spoken}” is in {some} of {all} dictations: check that it always means this.</source>
        <translation>“{spoken}” aparece em {some} de {all} ditados: verifique se sempre significa isto.</translation>
    </message>
    <message>
        <source>“{spoken}” is listed again further down: that one counts.</source>
        <translation>“{spoken}” aparece novamente mais abaixo: é aquela entrada que vale.</translation>
    </message>
    <message>
        <source>“{spoken}” is not suggested again.</source>
        <translation>“{spoken}” não será sugerido novamente.</translation>
    </message>
    <message>
        <source>“{spoken}” is ordinary speech: it would be replaced everywhere.</source>
        <translation>“{spoken}” é linguagem comum: seria substituído em toda parte.</translation>
    </message>
    <message>
        <source>“{spoken}” was added to the list; press Apply to use it.</source>
        <translation>“{spoken}” foi adicionado à lista; pressione Aplicar para usá-lo.</translation>
    </message>
    <message numerus="yes">
        <source>“{spoken}” → “{written}” (corrected {n} times)</source>
        <extracomment>Singular: “{spoken}” → “{written}” (corrected once)</extracomment>
        <translation>
            <numerusform>“{spoken}” → “{written}” (corrigido uma vez)</numerusform>
            <numerusform>“{spoken}” → “{written}” (corrigido {n} vezes)</numerusform>
        </translation>
    </message>
    <message>
        <source>“{text}” names a modifier twice.</source>
        <translation>“{text}” contém o mesmo modificador duas vezes.</translation>
    </message>
    <message>
        <source>… {start} waiting for text, {length}</source>
        <translation>… {start} aguardando texto, {length}</translation>
    </message>
    <message>
        <source>… {utterances} since {first} waiting for text, {spoken}</source>
        <translation>… {utterances} desde {first} aguardando texto, {spoken}</translation>
    </message>
    <message>
        <source>● Saywrite</source>
        <translation>● Saywrite</translation>
    </message>
</context>
</TS>
