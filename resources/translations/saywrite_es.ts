<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es_ES" sourcelanguage="en_US">
<context>
    <name>Saywrite</name>
    <message>
        <source> ({open_device} is open all the time)</source>
        <translation> ({open_device} está abierto todo el tiempo)</translation>
    </message>
    <message>
        <source> ({times} times)</source>
        <translation> ({times} veces)</translation>
    </message>
    <message>
        <source> It is in use: until a model is here again, your words are recorded and written later.</source>
        <translation> Está en uso: hasta que vuelva a haber un modelo, sus palabras se grabarán y se escribirán más tarde.</translation>
    </message>
    <message>
        <source>&amp;About Saywrite</source>
        <translation>Acerca de Say&amp;write</translation>
    </message>
    <message>
        <source>&amp;Add files…</source>
        <translation>&amp;Añadir archivos…</translation>
    </message>
    <message>
        <source>&amp;Add keyword</source>
        <translation>&amp;Añadir palabra clave</translation>
    </message>
    <message>
        <source>&amp;aiOla</source>
        <translation>&amp;aiOla</translation>
    </message>
    <message>
        <source>&amp;Always write as…</source>
        <translation>&amp;Escribir siempre como…</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>A&amp;plicar</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>At&amp;rás</translation>
    </message>
    <message>
        <source>&amp;Before and after</source>
        <translation>&amp;Antes y después</translation>
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
        <translation>&amp;Copiar esta traducción</translation>
    </message>
    <message>
        <source>&amp;CSV table</source>
        <translation>Tabla &amp;CSV</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>E&amp;liminar</translation>
    </message>
    <message>
        <source>&amp;Details…</source>
        <translation>De&amp;talles…</translation>
    </message>
    <message>
        <source>&amp;Dictation</source>
        <translation>&amp;Dictado</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>&amp;Descartar</translation>
    </message>
    <message>
        <source>&amp;Done</source>
        <translation>&amp;Listo</translation>
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
        <translation>&amp;Archivo</translation>
    </message>
    <message>
        <source>&amp;Find…</source>
        <translation>&amp;Buscar…</translation>
    </message>
    <message>
        <source>&amp;First steps…</source>
        <translation>&amp;Primeros pasos…</translation>
    </message>
    <message>
        <source>&amp;Forget suggestion</source>
        <translation>&amp;Olvidar sugerencia</translation>
    </message>
    <message>
        <source>&amp;Hands-free</source>
        <translation>Dictado &amp;con manos libres</translation>
    </message>
    <message>
        <source>&amp;Hear</source>
        <translation>Esc&amp;uchar</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>A&amp;yuda</translation>
    </message>
    <message>
        <source>&amp;Hide</source>
        <translation>&amp;Ocultar</translation>
    </message>
    <message>
        <source>&amp;History…</source>
        <translation>&amp;Historial…</translation>
    </message>
    <message>
        <source>&amp;Insert again</source>
        <translation>&amp;Insertar de nuevo</translation>
    </message>
    <message>
        <source>&amp;JSON</source>
        <translation>&amp;JSON</translation>
    </message>
    <message>
        <source>&amp;Keep editing</source>
        <translation>&amp;Seguir editando</translation>
    </message>
    <message>
        <source>&amp;Keep it</source>
        <translation>&amp;Conservar</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts…</source>
        <translation>Atajos de &amp;teclado…</translation>
    </message>
    <message>
        <source>&amp;Keywords</source>
        <translation>&amp;Palabras clave</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>Idi&amp;oma</translation>
    </message>
    <message>
        <source>&amp;Look for microphones</source>
        <translation>&amp;Buscar micrófonos</translation>
    </message>
    <message>
        <source>&amp;Markdown</source>
        <translation>&amp;Markdown</translation>
    </message>
    <message>
        <source>&amp;Microphone</source>
        <translation>&amp;Micrófono</translation>
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
        <translation>&amp;Siguiente</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>&amp;Pegar</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Salir</translation>
    </message>
    <message>
        <source>&amp;Quit Saywrite</source>
        <translation>&amp;Salir de Saywrite</translation>
    </message>
    <message>
        <source>&amp;Recognizer</source>
        <translation>&amp;Reconocedor</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Rehacer</translation>
    </message>
    <message>
        <source>&amp;Remove finished</source>
        <translation>&amp;Quitar los terminados</translation>
    </message>
    <message>
        <source>&amp;Replace</source>
        <translation>&amp;Reemplazar</translation>
    </message>
    <message>
        <source>&amp;Replace it in the text now {where}</source>
        <translation>&amp;Reemplazar ahora en el texto {where}</translation>
    </message>
    <message>
        <source>&amp;Replace…</source>
        <translation>&amp;Reemplazar…</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Guardar</translation>
    </message>
    <message>
        <source>&amp;Save audio…</source>
        <translation>&amp;Guardar audio…</translation>
    </message>
    <message>
        <source>&amp;Save the text beside each file, as</source>
        <translation>&amp;Guardar el texto junto a cada archivo como</translation>
    </message>
    <message>
        <source>&amp;Select all</source>
        <translation>&amp;Seleccionar todo</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>A&amp;justes…</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>&amp;Iniciar</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>&amp;Detener</translation>
    </message>
    <message>
        <source>&amp;SubRip subtitles</source>
        <translation>Subtítulos &amp;SubRip</translation>
    </message>
    <message>
        <source>&amp;Switch to {name}</source>
        <translation>&amp;Cambiar de idioma: {name}</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>&amp;Probar la conexión</translation>
    </message>
    <message>
        <source>&amp;This computer</source>
        <translation>&amp;Este equipo</translation>
    </message>
    <message>
        <source>&amp;Transcribe</source>
        <translation>&amp;Transcribir</translation>
    </message>
    <message>
        <source>&amp;Transcribe a file…</source>
        <translation>&amp;Transcribir un archivo…</translation>
    </message>
    <message>
        <source>&amp;Transcribe again</source>
        <translation>&amp;Transcribir de nuevo</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Try on my last {n} dictations</source>
        <extracomment>Singular: &amp;Try on my last dictation</extracomment>
        <translation>
            <numerusform>Probar con mi ú&amp;ltimo dictado</numerusform>
            <numerusform>Probar con mis ú&amp;ltimos {n} dictados</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Deshacer</translation>
    </message>
    <message>
        <source>&amp;Unlock…</source>
        <translation>Des&amp;bloquear…</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ver</translation>
    </message>
    <message>
        <source>&amp;Waveform</source>
        <translation>&amp;Forma de onda</translation>
    </message>
    <message>
        <source>&amp;WebVTT subtitles</source>
        <translation>Subtítulos &amp;WebVTT</translation>
    </message>
    <message>
        <source>&amp;What's new…</source>
        <translation>&amp;Novedades…</translation>
    </message>
    <message>
        <source>&amp;write</source>
        <translation>&amp;escribir</translation>
    </message>
    <message>
        <source>(it is not in the text)</source>
        <translation>(no aparece en el texto)</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
    <message>
        <source>, clipped: too loud. Move away from the microphone or lower its level. Click to reset.</source>
        <translation>, saturado: demasiado fuerte. Aléjese del micrófono o baje su nivel. Haga clic para restablecer.</translation>
    </message>
    <message>
        <source>, files verified</source>
        <translation>, archivos verificados</translation>
    </message>
    <message numerus="yes">
        <source>, {n:,} files waiting</source>
        <extracomment>Singular: , {n:,} file waiting</extracomment>
        <translation>
            <numerusform>, {n:,} archivo en espera</numerusform>
            <numerusform>, {n:,} archivos en espera</numerusform>
        </translation>
    </message>
    <message>
        <source>. </source>
        <translation>. </translation>
    </message>
    <message>
        <source>1</source>
        <translation>1</translation>
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
        <translation>Hay un dictado en curso.</translation>
    </message>
    <message>
        <source>A dotted underline marks words that this computer heard differently. Alt+W swaps them.</source>
        <translation>Un subrayado de puntos marca las palabras que este equipo oyó de otra manera. Alt+W las intercambia.</translation>
    </message>
    <message>
        <source>A folder or an https address with the model files. Leave it empty for the official source.</source>
        <translation>Una carpeta o una dirección https con los archivos del modelo. Déjelo vacío para la fuente oficial.</translation>
    </message>
    <message>
        <source>A hands-free dictation ends then, and Saywrite waits for the phrase again.</source>
        <translation>El dictado con manos libres termina entonces y Saywrite vuelve a esperar la frase de activación.</translation>
    </message>
    <message>
        <source>A key is saved</source>
        <translation>Hay una clave guardada</translation>
    </message>
    <message>
        <source>A key or token of {secret} characters cannot be saved.</source>
        <translation>No se puede guardar una clave o un token de {secret} caracteres.</translation>
    </message>
    <message>
        <source>A key such as Ctrl, Alt or Shift stayed down, so nothing was undone.</source>
        <translation>Una tecla como Ctrl, Alt o Mayús siguió pulsada, por lo que no se deshizo nada.</translation>
    </message>
    <message>
        <source>A key such as Ctrl, Alt or Shift stayed down, so the text was not inserted.</source>
        <translation>Una tecla como Ctrl, Alt o Mayús siguió pulsada, por lo que el texto no se insertó.</translation>
    </message>
    <message>
        <source>A longer sentence is written in parts.</source>
        <translation>Una frase más larga se escribe por partes.</translation>
    </message>
    <message>
        <source>A menu, a dialog or the screen lock holds the keyboard, so the text was not inserted.</source>
        <translation>Un menú, un cuadro de diálogo o el bloqueo de pantalla ocupa el teclado, por lo que el texto no se insertó.</translation>
    </message>
    <message>
        <source>A name cannot contain \ / : * ? " &lt; &gt; or |.</source>
        <translation>Un nombre no puede contener \ / : * ? " &lt; &gt; ni |.</translation>
    </message>
    <message>
        <source>A new connection is tried.</source>
        <translation>Se intenta una conexión nueva.</translation>
    </message>
    <message>
        <source>A new token is fetched; if you use a token of your own, check it in {settings}.</source>
        <translation>Se obtiene un token nuevo; si usa uno propio, compruébelo en {settings}.</translation>
    </message>
    <message>
        <source>A recording was not recognized: {reason}</source>
        <translation>Una grabación no se reconoció: {reason}</translation>
    </message>
    <message>
        <source>A screen reader reads</source>
        <translation>Un lector de pantalla lee</translation>
    </message>
    <message>
        <source>A sentence is sent after a pause of this length.</source>
        <translation>Una frase se envía tras una pausa de esta duración.</translation>
    </message>
    <message>
        <source>A shorter sound is ignored.</source>
        <translation>Un sonido más corto se ignora.</translation>
    </message>
    <message>
        <source>A small panel with your words above all windows. It is not available on Wayland.</source>
        <translation>Un pequeño panel con sus palabras por encima de todas las ventanas. No está disponible en Wayland.</translation>
    </message>
    <message>
        <source>A sound at the end of a dictation, and when something fails.</source>
        <translation>Un sonido al final de un dictado y cuando algo falla.</translation>
    </message>
    <message>
        <source>A stream can be opened at {host}.</source>
        <translation>Se puede abrir una transmisión en {host}.</translation>
    </message>
    <message>
        <source>A text that follows another one begins with a space, until you press a key or click.</source>
        <translation>Un texto que sigue a otro empieza con un espacio, hasta que pulse una tecla o haga clic.</translation>
    </message>
    <message>
        <source>A value of the command is not a short text.</source>
        <translation>Un valor de la orden no es un texto corto.</translation>
    </message>
    <message>
        <source>A web page answered instead of {host}.</source>
        <translation>Una página web respondió en lugar de {host}.</translation>
    </message>
    <message>
        <source>a while</source>
        <translation>unos momentos</translation>
    </message>
    <message>
        <source>A&amp;dd keyword</source>
        <translation>Añadi&amp;r palabra clave</translation>
    </message>
    <message>
        <source>About Saywrite</source>
        <translation>Acerca de Saywrite</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>Token de acceso</translation>
    </message>
    <message>
        <source>accessibility orca</source>
        <translation>accesibilidad lector de pantalla leer en voz alta orca</translation>
    </message>
    <message>
        <source>Accurate, in eight languages. What you say is sent to aiOla's service.</source>
        <translation>Preciso, en ocho idiomas. Lo que dice se envía al servicio de aiOla.</translation>
    </message>
    <message>
        <source>Accurate: what you say is sent to aiOla's service. Needs a network and an API key.</source>
        <translation>Preciso: lo que dice se envía al servicio de aiOla. Necesita red y una clave de API.</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Añadir</translation>
    </message>
    <message>
        <source>Add a keyword (Insert)</source>
        <translation>Añadir una palabra clave (Insert)</translation>
    </message>
    <message>
        <source>Add f&amp;older…</source>
        <translation>Añadir &amp;carpeta…</translation>
    </message>
    <message>
        <source>Add to ~/.config/hypr/hyprland.conf</source>
        <translation>Añada a ~/.config/hypr/hyprland.conf</translation>
    </message>
    <message>
        <source>Add to ~/.config/sway/config, then run: swaymsg reload</source>
        <translation>Añada a ~/.config/sway/config y ejecute: swaymsg reload</translation>
    </message>
    <message>
        <source>Add yourself to the group “audio” (sudo usermod -aG audio $USER) and log in again.</source>
        <translation>Añádase al grupo «audio» (sudo usermod -aG audio $USER) y vuelva a iniciar sesión.</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Avanzado</translation>
    </message>
    <message>
        <source>After:</source>
        <translation>Después:</translation>
    </message>
    <message>
        <source>aiOla</source>
        <translation>aiOla</translation>
    </message>
    <message>
        <source>aiOla &amp;settings…</source>
        <translation>Ajuste&amp;s de aiOla…</translation>
    </message>
    <message>
        <source>aiOla account</source>
        <translation>Cuenta de aiOla</translation>
    </message>
    <message>
        <source>aiOla could not be reached</source>
        <translation>no se pudo contactar con aiOla</translation>
    </message>
    <message>
        <source>aiOla did not answer in time</source>
        <translation>aiOla no respondió a tiempo</translation>
    </message>
    <message>
        <source>aiOla does not answer.</source>
        <translation>aiOla no responde.</translation>
    </message>
    <message>
        <source>aiOla has no text for a part of the dictation: that part is what the recognizer on this computer heard.</source>
        <translation>aiOla no tiene texto para una parte del dictado: esa parte es lo que oyó el reconocedor de este equipo.</translation>
    </message>
    <message>
        <source>aiOla has no text for some words.</source>
        <translation>aiOla no tiene texto para algunas palabras.</translation>
    </message>
    <message>
        <source>aiOla needed longer than {seconds} s: the last sentences are what the recognizer on this computer heard.</source>
        <translation>aiOla tardó más de {seconds} s: las últimas frases son lo que oyó el reconocedor de este equipo.</translation>
    </message>
    <message>
        <source>aiOla receives the sound but does not answer.</source>
        <translation>aiOla recibe el sonido, pero no responde.</translation>
    </message>
    <message>
        <source>aiOla writes while it can be reached; this computer takes over while it cannot. Needs an API key.</source>
        <translation>aiOla escribe mientras se puede acceder a él; cuando no, este equipo toma el relevo. Necesita una clave de API.</translation>
    </message>
    <message>
        <source>aiOla's service could not be reached for {seconds:.0f} s.</source>
        <translation>No se pudo contactar con el servicio de aiOla durante {seconds:.0f} s.</translation>
    </message>
    <message>
        <source>aiOla's streaming service is not in this version of Saywrite.</source>
        <translation>El servicio de transmisión de aiOla no está en esta versión de Saywrite.</translation>
    </message>
    <message>
        <source>aiOla's text for an inserted dictation has arrived.</source>
        <translation>Ha llegado el texto de aiOla de un dictado insertado.</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Todos los archivos (*)</translation>
    </message>
    <message>
        <source>All parts and their licenses</source>
        <translation>Todos los componentes y sus licencias</translation>
    </message>
    <message>
        <source>Allow it in System Settings → Privacy &amp; Security → Microphone, then start Saywrite again.</source>
        <translation>Permítalo en Ajustes del Sistema → Privacidad y seguridad → Micrófono y vuelva a iniciar Saywrite.</translation>
    </message>
    <message>
        <source>Allow Saywrite under System Settings &gt; Privacy &amp; Security &gt; Accessibility.</source>
        <translation>Permita Saywrite en Ajustes del Sistema &gt; Privacidad y seguridad &gt; Accesibilidad.</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>Siempre</translation>
    </message>
    <message>
        <source>Always &amp;write as…</source>
        <translation>Siempre &amp;escribir como…</translation>
    </message>
    <message>
        <source>Always write as</source>
        <translation>Escribir siempre como</translation>
    </message>
    <message>
        <source>An unknown program</source>
        <translation>Un programa desconocido</translation>
    </message>
    <message>
        <source>Another program has already taken {chord}.</source>
        <translation>Otro programa ya usa {chord}.</translation>
    </message>
    <message>
        <source>Another program is using the audio output.</source>
        <translation>Otro programa está usando la salida de audio.</translation>
    </message>
    <message>
        <source>Another program is using the microphone.</source>
        <translation>Otro programa está usando el micrófono.</translation>
    </message>
    <message>
        <source>Another program took the clipboard before it was certain that {program} had read the text.</source>
        <translation>Otro programa tomó el control del portapapeles antes de que fuera seguro que {program} había leído el texto.</translation>
    </message>
    <message>
        <source>Another program took the clipboard before the text was read.</source>
        <translation>Otro programa tomó el control del portapapeles antes de que se leyera el texto.</translation>
    </message>
    <message>
        <source>Another window had the keyboard when you started.</source>
        <translation>Cuando empezó, estaba activa otra ventana.</translation>
    </message>
    <message>
        <source>Another window has the focus now.</source>
        <translation>Ahora está activa otra ventana.</translation>
    </message>
    <message>
        <source>Any language</source>
        <translation>Cualquier idioma</translation>
    </message>
    <message>
        <source>Any length</source>
        <translation>Cualquier duración</translation>
    </message>
    <message>
        <source>Any program</source>
        <translation>Cualquier programa</translation>
    </message>
    <message>
        <source>Any recognizer</source>
        <translation>Cualquier reconocedor</translation>
    </message>
    <message>
        <source>API key</source>
        <translation>Clave de API</translation>
    </message>
    <message>
        <source>API key of your aiOla account</source>
        <translation>Clave de API de su cuenta de aiOla</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Apariencia</translation>
    </message>
    <message>
        <source>As it should be written</source>
        <translation>Como debe escribirse</translation>
    </message>
    <message>
        <source>As long as it takes</source>
        <translation>El tiempo que haga falta</translation>
    </message>
    <message>
        <source>Ask for read permission, or copy the file.</source>
        <translation>Pida permiso de lectura o copie el archivo.</translation>
    </message>
    <message>
        <source>Ask that user or an administrator to remove it, or set XDG_RUNTIME_DIR to a folder of your own.</source>
        <translation>Pida a ese usuario o a un administrador que la elimine, o defina XDG_RUNTIME_DIR como una carpeta propia.</translation>
    </message>
    <message>
        <source>Ask whoever runs the proxy to allow this host, or choose another network.</source>
        <translation>Pida a quien administra el proxy que permita este host, o elija otra red.</translation>
    </message>
    <message>
        <source>Ask whoever runs your aiOla account to allow it.</source>
        <translation>Pida a quien administra su cuenta de aiOla que lo permita.</translation>
    </message>
    <message>
        <source>Ask whoever runs your token address.</source>
        <translation>Consulte a quien administra su dirección del token.</translation>
    </message>
    <message>
        <source>asking for a token</source>
        <translation>solicitud de un token</translation>
    </message>
    <message>
        <source>Assign one in the desktop's keyboard settings.</source>
        <translation>Asigne una en los ajustes de teclado del escritorio.</translation>
    </message>
    <message>
        <source>at {at}</source>
        <translation>en {at}</translation>
    </message>
    <message>
        <source>Audio and video files (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;All files (*)</source>
        <translation>Archivos de audio y vídeo (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;Todos los archivos (*)</translation>
    </message>
    <message>
        <source>audio retention delete</source>
        <translation>audio sonido conservación retención eliminar borrar</translation>
    </message>
    <message>
        <source>autostart login minimized</source>
        <translation>inicio automático inicio de sesión minimizado</translation>
    </message>
    <message>
        <source>B&amp;oth</source>
        <translation>Am&amp;bos</translation>
    </message>
    <message>
        <source>Bar: half of all dictations were faster. Line: 95 of 100 were. The newest 1,000 dictations count.</source>
        <translation>Barra: la mitad de los dictados fue más rápida. Línea: lo fueron 95 de cada 100. Cuentan los 1000 dictados más recientes.</translation>
    </message>
    <message>
        <source>Before and after</source>
        <translation>Antes y después</translation>
    </message>
    <message>
        <source>Before:</source>
        <translation>Antes:</translation>
    </message>
    <message>
        <source>Began</source>
        <translation>Inicio</translation>
    </message>
    <message>
        <source>Begin a new dictation.</source>
        <translation>Empiece un dictado nuevo.</translation>
    </message>
    <message>
        <source>Begin and end a dictation with a spoken phrase</source>
        <translation>Empezar y terminar un dictado con una frase hablada</translation>
    </message>
    <message>
        <source>Being heard</source>
        <translation>Se está oyendo</translation>
    </message>
    <message>
        <source>Being prepared for this computer</source>
        <translation>Se está preparando para este equipo</translation>
    </message>
    <message>
        <source>belongs to debuggers</source>
        <translation>reservado para depuradores</translation>
    </message>
    <message>
        <source>belongs to Windows</source>
        <translation>reservado para Windows</translation>
    </message>
    <message>
        <source>Both texts are empty: there are no words in this recording.</source>
        <translation>Los dos textos están vacíos: no hay palabras en esta grabación.</translation>
    </message>
    <message>
        <source>Both texts are the same.</source>
        <translation>Los dos textos son iguales.</translation>
    </message>
    <message>
        <source>Built-in (basic)</source>
        <translation>Integrado (básico)</translation>
    </message>
    <message>
        <source>By &amp;month…</source>
        <translation>Por &amp;mes…</translation>
    </message>
    <message>
        <source>by BYVoid and contributors, from opencc-python-reimplemented</source>
        <translation>de BYVoid y colaboradores, de opencc-python-reimplemented</translation>
    </message>
    <message>
        <source>By this computer's clock the access token has expired.</source>
        <translation>Según el reloj de este equipo, el token de acceso ha caducado.</translation>
    </message>
    <message>
        <source>By this computer's clock {host}'s certificate has expired.</source>
        <translation>Según el reloj de este equipo, el certificado de {host} ha caducado.</translation>
    </message>
    <message>
        <source>By this computer's clock {host}'s certificate is not valid yet.</source>
        <translation>Según el reloj de este equipo, el certificado de {host} aún no es válido.</translation>
    </message>
    <message>
        <source>Bytes received</source>
        <translation>Bytes recibidos</translation>
    </message>
    <message>
        <source>Bytes sent</source>
        <translation>Bytes enviados</translation>
    </message>
    <message>
        <source>C&amp;hange…</source>
        <translation>Ca&amp;mbiar…</translation>
    </message>
    <message>
        <source>C&amp;lear</source>
        <translation>Borr&amp;ar</translation>
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
        <translation>Cancelar el dictado</translation>
    </message>
    <message>
        <source>Caps Lock goes on switching capitals on and off.</source>
        <translation>Bloq Mayús sigue activando y desactivando las mayúsculas.</translation>
    </message>
    <message>
        <source>Capture goes on as soon as it is back.</source>
        <translation>La grabación continuará en cuanto vuelva.</translation>
    </message>
    <message>
        <source>Capture goes on.</source>
        <translation>La grabación continúa.</translation>
    </message>
    <message>
        <source>Change it only if your company has its own service.</source>
        <translation>Cámbiela solo si su empresa tiene su propio servicio.</translation>
    </message>
    <message>
        <source>Change it only if your company has its own sign-in service.</source>
        <translation>Cámbiela solo si su empresa tiene su propio servicio de inicio de sesión.</translation>
    </message>
    <message>
        <source>Change the keywords, then try them. Here you see what your dictations would say.</source>
        <translation>Cambie las palabras clave y pruébelas. Aquí se ve qué dirían sus dictados.</translation>
    </message>
    <message>
        <source>Changed texts</source>
        <translation>Textos cambiados</translation>
    </message>
    <message>
        <source>Check for &amp;updates…</source>
        <translation>Buscar &amp;actualizaciones…</translation>
    </message>
    <message>
        <source>Check how to sign in, in {settings}.</source>
        <translation>Compruebe el modo de iniciar sesión en {settings}.</translation>
    </message>
    <message>
        <source>Check it with `saywrite models verify {model}` and download it again: `saywrite models download {model}`. What you dictate until then is recorded and becomes text when the model is there.</source>
        <translation>Compruébelo con `saywrite models verify {model}` y descárguelo de nuevo: `saywrite models download {model}`. Lo que dicte hasta entonces se graba y se convierte en texto cuando el modelo esté disponible.</translation>
    </message>
    <message>
        <source>Check its mute switch and its input level in the sound settings.</source>
        <translation>Compruebe su interruptor de silencio y su nivel de entrada en los ajustes de sonido.</translation>
    </message>
    <message>
        <source>Check its mute switch.</source>
        <translation>Compruebe su interruptor de silencio.</translation>
    </message>
    <message>
        <source>Check its name and folder.</source>
        <translation>Compruebe su nombre y su carpeta.</translation>
    </message>
    <message>
        <source>Check memory and disk, then download it again.</source>
        <translation>Compruebe la memoria y el disco y descárguelo de nuevo.</translation>
    </message>
    <message>
        <source>Check that the Credential Manager service is running.</source>
        <translation>Compruebe que el servicio «Administrador de credenciales» está en marcha.</translation>
    </message>
    <message>
        <source>Check the addresses in {settings}.</source>
        <translation>Compruebe las direcciones en {settings}.</translation>
    </message>
    <message>
        <source>Check the addresses in {settings}; if they are right, do not use this network.</source>
        <translation>Compruebe las direcciones en {settings}; si son correctas, no use esta red.</translation>
    </message>
    <message>
        <source>Check the clock of this computer; in a company, ask for its certificate to be installed.</source>
        <translation>Compruebe el reloj de este equipo; en una empresa, pida que se instale el certificado de la empresa.</translation>
    </message>
    <message>
        <source>Check the computer's date and time; if they are right, ask whoever runs the service.</source>
        <translation>Compruebe la fecha y la hora del equipo; si son correctas, consulte a quien administra el servicio.</translation>
    </message>
    <message>
        <source>Check the disk and the permissions of this folder; nothing was changed.</source>
        <translation>Compruebe el disco y los permisos de esta carpeta; no se cambió nada.</translation>
    </message>
    <message>
        <source>Check the disk it is on.</source>
        <translation>Compruebe el disco en el que está.</translation>
    </message>
    <message>
        <source>Check the disk that holds it; recordings are kept, and their text is made again where it is missing.</source>
        <translation>Compruebe el disco que lo contiene; las grabaciones se conservan y su texto se vuelve a crear donde falta.</translation>
    </message>
    <message>
        <source>Check the disk, or {elsewhere}.</source>
        <translation>Compruebe el disco o {elsewhere}.</translation>
    </message>
    <message>
        <source>Check the disk.</source>
        <translation>Compruebe el disco.</translation>
    </message>
    <message>
        <source>Check the disk; the recording is kept.</source>
        <translation>Compruebe el disco; la grabación se conserva.</translation>
    </message>
    <message>
        <source>Check the file.</source>
        <translation>Compruebe el archivo.</translation>
    </message>
    <message>
        <source>Check the name and its permissions.</source>
        <translation>Compruebe el nombre y los permisos.</translation>
    </message>
    <message>
        <source>Check the network and try again; --wait keeps trying, --engine local needs no network.</source>
        <translation>Compruebe la red e inténtelo de nuevo; --wait sigue intentándolo, --engine local no necesita red.</translation>
    </message>
    <message>
        <source>Check the network, then try again.</source>
        <translation>Compruebe la red e inténtelo de nuevo.</translation>
    </message>
    <message>
        <source>Check the network.</source>
        <translation>Compruebe la red.</translation>
    </message>
    <message>
        <source>Check the proxy in the system's settings.</source>
        <translation>Compruebe el proxy en los ajustes del sistema.</translation>
    </message>
    <message>
        <source>Check the token address in {settings}, or ask who runs it.</source>
        <translation>Compruebe la dirección del token en {settings} o consulte a quien la administra.</translation>
    </message>
    <message>
        <source>Check the workflow in {settings}.</source>
        <translation>Compruebe el flujo de trabajo en {settings}.</translation>
    </message>
    <message>
        <source>Check the workflow, the language and the addresses in {settings}.</source>
        <translation>Compruebe el flujo de trabajo, el idioma y las direcciones en {settings}.</translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation>Chino</translation>
    </message>
    <message>
        <source>Choose a &amp;key…</source>
        <translation>Elegir una &amp;tecla…</translation>
    </message>
    <message>
        <source>Choose a CSV or JSON file.</source>
        <translation>Elija un archivo CSV o JSON.</translation>
    </message>
    <message>
        <source>Choose a file with a sound track.</source>
        <translation>Elija un archivo con una pista de sonido.</translation>
    </message>
    <message>
        <source>Choose a file with one spoken and one written form in each entry.</source>
        <translation>Elija un archivo con una forma hablada y una forma escrita en cada entrada.</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>Elegir una carpeta</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>Elegir una carpeta…</translation>
    </message>
    <message>
        <source>Choose a key first.</source>
        <translation>Elija primero una tecla.</translation>
    </message>
    <message>
        <source>Choose a key in the settings.</source>
        <translation>Elija una tecla en los ajustes.</translation>
    </message>
    <message>
        <source>Choose a shorter name.</source>
        <translation>Elija un nombre más corto.</translation>
    </message>
    <message>
        <source>Choose aiOla as the recognizer.</source>
        <translation>Elija aiOla como reconocedor.</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>Elija otro archivo.</translation>
    </message>
    <message>
        <source>choose another folder</source>
        <translation>elija otra carpeta</translation>
    </message>
    <message>
        <source>Choose another key in the settings, or free it in the other program.</source>
        <translation>Elija otra tecla en los ajustes o libérela en el otro programa.</translation>
    </message>
    <message>
        <source>Choose another key in the settings.</source>
        <translation>Elija otra tecla en los ajustes.</translation>
    </message>
    <message>
        <source>Choose another key, or free it in the other program.</source>
        <translation>Elija otra tecla o libérela en el otro programa.</translation>
    </message>
    <message>
        <source>Choose another microphone, or unplug it and plug it in again.</source>
        <translation>Elija otro micrófono, o desenchúfelo y vuelva a enchufarlo.</translation>
    </message>
    <message>
        <source>Choose another microphone.</source>
        <translation>Elija otro micrófono.</translation>
    </message>
    <message>
        <source>Choose another microphone. {remedy}</source>
        <translation>Elija otro micrófono. {remedy}</translation>
    </message>
    <message>
        <source>Choose another name, or replace it.</source>
        <translation>Elija otro nombre o reemplace el archivo.</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>Elija otro nombre.</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>Elija otro archivo.</translation>
    </message>
    <message>
        <source>Choose one of the form {"spoken": "written"}, or a CSV file.</source>
        <translation>Elija un archivo con el formato {"spoken": "written"} o un archivo CSV.</translation>
    </message>
    <message>
        <source>Choose one of {codes}.</source>
        <translation>Elija uno de {codes}.</translation>
    </message>
    <message>
        <source>Choose one of: {names}.</source>
        <translation>Elija entre: {names}.</translation>
    </message>
    <message>
        <source>Choose text, Markdown, JSON or CSV.</source>
        <translation>Elija texto, Markdown, JSON o CSV.</translation>
    </message>
    <message>
        <source>Choose the files themselves.</source>
        <translation>Elija los propios archivos.</translation>
    </message>
    <message>
        <source>Choose the folder that holds the models</source>
        <translation>Elija la carpeta que contiene los modelos</translation>
    </message>
    <message>
        <source>Choose the key again in the settings.</source>
        <translation>Elija de nuevo la tecla en los ajustes.</translation>
    </message>
    <message>
        <source>Choose the key again to be asked.</source>
        <translation>Elija de nuevo la tecla para que se le pregunte.</translation>
    </message>
    <message>
        <source>Choose the microphone whose bar moves when you speak.</source>
        <translation>Elija el micrófono cuya barra se mueve al hablar.</translation>
    </message>
    <message>
        <source>Choose the recognizer on this computer, or use --engine local.</source>
        <translation>Elija el reconocedor de este equipo o use --engine local.</translation>
    </message>
    <message>
        <source>Choose {chord}, or any key you like. Press it to start and again to stop.</source>
        <translation>Elija {chord} o cualquier otra tecla. Púlsela para iniciar y otra vez para detener.</translation>
    </message>
    <message>
        <source>Choose “Insert again” to replace it with the text.</source>
        <translation>Elija «Insertar de nuevo» para reemplazarlo por el texto.</translation>
    </message>
    <message>
        <source>Choose “Insert again”.</source>
        <translation>Elija «Insertar de nuevo».</translation>
    </message>
    <message>
        <source>Choose “{other}” as the recognizer, then {name}.</source>
        <translation>Elija «{other}» como reconocedor y después {name}.</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Elegir…</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Borrar</translation>
    </message>
    <message>
        <source>Clear: {name}</source>
        <translation>Borrar: {name}</translation>
    </message>
    <message>
        <source>Click the tray icon, or start Saywrite again, to open the window.</source>
        <translation>Haga clic en el icono de la bandeja del sistema, o inicie Saywrite otra vez, para abrir la ventana.</translation>
    </message>
    <message>
        <source>Close find (Esc)</source>
        <translation>Cerrar la búsqueda (Esc)</translation>
    </message>
    <message>
        <source>Close other programs and remove {folder}.</source>
        <translation>Cierre otros programas y elimine {folder}.</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model in Settings &gt; Recognition.</source>
        <translation>Cierre otros programas o elija un modelo más pequeño en Ajustes &gt; Reconocimiento.</translation>
    </message>
    <message>
        <source>Close other Saywrite windows and try again.</source>
        <translation>Cierre las otras ventanas de Saywrite e inténtelo de nuevo.</translation>
    </message>
    <message>
        <source>Close other Saywrite windows; instead of a network drive use --data and a folder of this computer.</source>
        <translation>Cierre las otras ventanas de Saywrite; en lugar de una unidad de red, use --data y una carpeta de este equipo.</translation>
    </message>
    <message>
        <source>Close that program, then try again.</source>
        <translation>Cierre ese programa e inténtelo de nuevo.</translation>
    </message>
    <message>
        <source>Close the other Saywrite and start this one again: it keeps what can be read and begins a new history.</source>
        <translation>Cierre el otro Saywrite y vuelva a iniciar este: conserva lo que se puede leer y empieza un historial nuevo.</translation>
    </message>
    <message>
        <source>Close the program that is using it, or choose another microphone.</source>
        <translation>Cierre el programa que lo está usando o elija otro micrófono.</translation>
    </message>
    <message>
        <source>closes a window</source>
        <translation>cerrar una ventana</translation>
    </message>
    <message>
        <source>Co&amp;py it</source>
        <translation>Co&amp;piar</translation>
    </message>
    <message>
        <source>Collecting diagnostics…</source>
        <translation>Recopilando el diagnóstico…</translation>
    </message>
    <message>
        <source>Commands from other programs are not taken: {data} cannot be written to.</source>
        <translation>No se aceptan órdenes de otros programas: no se puede escribir en {data}.</translation>
    </message>
    <message>
        <source>Comparing the files with their checksums…</source>
        <translation>Comparando los archivos con sus sumas de comprobación…</translation>
    </message>
    <message>
        <source>Connect to the network and try again, or copy the model's files here and name their folder in Settings &gt; Recognition (on the command line: --from FOLDER).</source>
        <translation>Conéctese a la red e inténtelo de nuevo, o copie los archivos del modelo en este equipo e indique su carpeta en Ajustes &gt; Reconocimiento (en la línea de órdenes: --from FOLDER).</translation>
    </message>
    <message>
        <source>connected</source>
        <translation>conectado</translation>
    </message>
    <message>
        <source>Connected now: {names}.</source>
        <translation>Conectados ahora: {names}.</translation>
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
        <translation>se conecta cuando hace falta</translation>
    </message>
    <message>
        <source>Continue a sentence</source>
        <translation>Continuar una frase</translation>
    </message>
    <message>
        <source>Convert it to WAV or FLAC, or split it.</source>
        <translation>Convierta el archivo a WAV o FLAC, o divídalo.</translation>
    </message>
    <message>
        <source>Convert it to WAV, FLAC, OGG or MP3, for example: ffmpeg -i FILE sound.flac</source>
        <translation>Conviértalo a WAV, FLAC, OGG o MP3, por ejemplo: ffmpeg -i FILE sound.flac</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Copiado</translation>
    </message>
    <message>
        <source>Copied all</source>
        <translation>Se copió todo</translation>
    </message>
    <message>
        <source>Copied all with its translation</source>
        <translation>Se copió todo con su traducción</translation>
    </message>
    <message>
        <source>Copied the selection</source>
        <translation>Se copió la selección</translation>
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
        <translation>Cópielo de nuevo, es una sola línea; este sistema guarda como máximo {limit} caracteres.</translation>
    </message>
    <message>
        <source>Copy it again, whole, into {settings} or {key_variable}.</source>
        <translation>Cópiela de nuevo, completa, en {settings} o {key_variable}.</translation>
    </message>
    <message>
        <source>Copy it again, whole, into {settings}.</source>
        <translation>Copie de nuevo el valor completo en {settings}.</translation>
    </message>
    <message>
        <source>Copy t&amp;ranslation</source>
        <translation>Copiar la traducc&amp;ión</translation>
    </message>
    <message>
        <source>Copy te&amp;xt</source>
        <translation>Copiar el te&amp;xto</translation>
    </message>
    <message>
        <source>Copy the lines for the desktop's settings</source>
        <translation>Copiar las líneas para los ajustes del escritorio</translation>
    </message>
    <message>
        <source>Copy the selected text, or all of it (Ctrl+Shift+C)</source>
        <translation>Copiar el texto seleccionado o todo (Ctrl+Mayús+C)</translation>
    </message>
    <message>
        <source>Copy them, then open the dictation again.</source>
        <translation>Cópielos y vuelva a abrir el dictado.</translation>
    </message>
    <message>
        <source>Copy to the clipboard only</source>
        <translation>Copiar solo al portapapeles</translation>
    </message>
    <message>
        <source>Copy with tra&amp;nslation</source>
        <translation>Copiar con traducció&amp;n</translation>
    </message>
    <message>
        <source>Copying to the clipboard only</source>
        <translation>Copia solo al portapapeles</translation>
    </message>
    <message>
        <source>Correct a misheard word in a text, and it is suggested here.</source>
        <translation>Corrija en un texto una palabra mal entendida y se sugerirá aquí.</translation>
    </message>
    <message>
        <source>Correct it in the system's settings or in HTTPS_PROXY.</source>
        <translation>Corríjala en los ajustes del sistema o en HTTPS_PROXY.</translation>
    </message>
    <message>
        <source>Correct or remove the environment variable {name}, then start Saywrite again.</source>
        <translation>Corrija o quite la variable de entorno {name} y vuelva a iniciar Saywrite.</translation>
    </message>
    <message>
        <source>Correct or remove ~/.asoundrc, ~/.config/alsa/asoundrc and /etc/asound.conf, or install ALSA's configuration again (Debian, Ubuntu: libasound2-data; Fedora, Arch: alsa-lib).</source>
        <translation>Corrija o quite ~/.asoundrc, ~/.config/alsa/asoundrc y /etc/asound.conf, o vuelva a instalar la configuración de ALSA (Debian, Ubuntu: libasound2-data; Fedora, Arch: alsa-lib).</translation>
    </message>
    <message>
        <source>Correct the address in Settings &gt; Recognition.</source>
        <translation>Corrija la dirección en Ajustes &gt; Reconocimiento.</translation>
    </message>
    <message>
        <source>Correct the file before you edit keywords: saving keeps it under another name.</source>
        <translation>Corrija el archivo antes de editar palabras clave: al guardar, se conserva con otro nombre.</translation>
    </message>
    <message>
        <source>Create the folder again, or {elsewhere}.</source>
        <translation>Vuelva a crear la carpeta o {elsewhere}.</translation>
    </message>
    <message>
        <source>CSV table</source>
        <translation>Tabla CSV</translation>
    </message>
    <message>
        <source>CSV table (*.csv)</source>
        <translation>Tabla CSV (*.csv)</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>Cor&amp;tar</translation>
    </message>
    <message>
        <source>cuts</source>
        <translation>cortar</translation>
    </message>
    <message>
        <source>Damaged: its files are incomplete or were changed</source>
        <translation>Dañado: sus archivos están incompletos o se modificaron</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Oscuro</translation>
    </message>
    <message>
        <source>dark mode colors</source>
        <translation>modo oscuro modo claro colores tema</translation>
    </message>
    <message>
        <source>debug diagnostics</source>
        <translation>depuración diagnóstico</translation>
    </message>
    <message>
        <source>Default: {default}</source>
        <translation>Predeterminado: {default}</translation>
    </message>
    <message>
        <source>Default: {label}</source>
        <translation>Predeterminado: {label}</translation>
    </message>
    <message>
        <source>Delete all &amp;remembered corrections</source>
        <translation>Eliminar &amp;todas las correcciones recordadas</translation>
    </message>
    <message>
        <source>Detai&amp;ls…</source>
        <translation>Det&amp;alles…</translation>
    </message>
    <message>
        <source>Details are kept with its text there.</source>
        <translation>Los detalles se conservan allí con su texto.</translation>
    </message>
    <message>
        <source>Details of the dictation</source>
        <translation>Detalles del dictado</translation>
    </message>
    <message>
        <source>Details of this &amp;dictation…</source>
        <translation>Deta&amp;lles de este dictado…</translation>
    </message>
    <message>
        <source>Diagnostics copied: no text, audio or key is in them</source>
        <translation>Diagnóstico copiado: no contiene texto, audio ni claves</translation>
    </message>
    <message>
        <source>Dictate</source>
        <translation>Dictar</translation>
    </message>
    <message>
        <source>Dictate (second key)</source>
        <translation>Dictar (segunda tecla)</translation>
    </message>
    <message>
        <source>Dictate in {language}</source>
        <translation>Dictar en: {language}</translation>
    </message>
    <message>
        <source>Dictate into the program in front</source>
        <translation>Dictar en el programa en primer plano</translation>
    </message>
    <message>
        <source>Dictate something first.</source>
        <translation>Dicte algo primero.</translation>
    </message>
    <message>
        <source>Dictate something; recordings are kept for as long as Settings &gt; Files and privacy says.</source>
        <translation>Dicte algo; las grabaciones se conservan durante el tiempo indicado en Ajustes &gt; Archivos y privacidad.</translation>
    </message>
    <message>
        <source>Dictate with the second key</source>
        <translation>Dictar con la segunda tecla</translation>
    </message>
    <message>
        <source>Dictate with {recognizer}</source>
        <translation>Dictar con: {recognizer}</translation>
    </message>
    <message>
        <source>dictating</source>
        <translation>dictado</translation>
    </message>
    <message>
        <source>Dictation</source>
        <translation>Dictado</translation>
    </message>
    <message>
        <source>Dictation failed, start again</source>
        <translation>El dictado falló, inícielo de nuevo</translation>
    </message>
    <message>
        <source>Dictation {date}</source>
        <translation>Dictado {date}</translation>
    </message>
    <message>
        <source>Dictations</source>
        <translation>Dictados</translation>
    </message>
    <message>
        <source>Differences: {words}. They are marked. The dictation keeps its text.</source>
        <translation>Diferencias: {words}. Están marcadas. El dictado conserva su texto.</translation>
    </message>
    <message>
        <source>Discard recording</source>
        <translation>Descartar grabación</translation>
    </message>
    <message>
        <source>Discard this recording for good? Its words cannot be brought back.</source>
        <translation>¿Descartar esta grabación para siempre? Sus palabras no se podrán recuperar.</translation>
    </message>
    <message>
        <source>Discard…</source>
        <translation>Descartar…</translation>
    </message>
    <message>
        <source>Disconnect at once</source>
        <translation>Desconectar de inmediato</translation>
    </message>
    <message>
        <source>Dismiss this message</source>
        <translation>Cerrar este mensaje</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Listo</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Descargar</translation>
    </message>
    <message>
        <source>Download ({size})</source>
        <translation>Descargar ({size})</translation>
    </message>
    <message>
        <source>Download again</source>
        <translation>Descargar de nuevo</translation>
    </message>
    <message>
        <source>Download it again: saywrite models download {model}</source>
        <translation>Descárguelo de nuevo: saywrite models download {model}</translation>
    </message>
    <message>
        <source>Download it in Settings &gt; Recognition all the same, or use another network.</source>
        <translation>Descárguelo de todos modos en Ajustes &gt; Reconocimiento o use otra red.</translation>
    </message>
    <message>
        <source>Download it in Settings &gt; Recognition, or with `saywrite models download {model}`. What you dictate until then is recorded and becomes text when the model is there.</source>
        <translation>Descárguelo en Ajustes &gt; Reconocimiento o con `saywrite models download {model}`. Lo que dicte hasta entonces se graba y se convierte en texto cuando el modelo esté disponible.</translation>
    </message>
    <message>
        <source>Download it: saywrite models download {model}</source>
        <translation>Descárguelo: saywrite models download {model}</translation>
    </message>
    <message>
        <source>Download models from</source>
        <translation>Descargar modelos de</translation>
    </message>
    <message>
        <source>Download of the model</source>
        <translation>Descarga del modelo</translation>
    </message>
    <message>
        <source>Download one in Settings → Recognition; then Saywrite waits for the phrase by itself.</source>
        <translation>Descargue uno en Ajustes → Reconocimiento; entonces Saywrite esperará por sí solo la frase de activación.</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>Descargando</translation>
    </message>
    <message>
        <source>downloading</source>
        <translation>descargando</translation>
    </message>
    <message>
        <source>downloading {share} %</source>
        <translation>descargando {share} %</translation>
    </message>
    <message>
        <source>Drop sound files, videos or folders here, or choose them. They are transcribed one after the other.</source>
        <translation>Arrastre aquí archivos de sonido, vídeos o carpetas, o elíjalos. Se transcriben uno tras otro.</translation>
    </message>
    <message>
        <source>Each sentence is a line</source>
        <translation>Cada frase en una línea</translation>
    </message>
    <message>
        <source>Ed&amp;it</source>
        <translation>Ed&amp;itar</translation>
    </message>
    <message>
        <source>Edit it, or move it to another place.</source>
        <translation>Edítelo o muévalo a otro lugar.</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>vacío</translation>
    </message>
    <message>
        <source>End after a silence of</source>
        <translation>Terminar tras un silencio de</translation>
    </message>
    <message>
        <source>End it first, or use --data.</source>
        <translation>Ciérrelo primero o use --data.</translation>
    </message>
    <message>
        <source>End it first.</source>
        <translation>Ciérrelo primero.</translation>
    </message>
    <message>
        <source>End with one of {suffixes}.</source>
        <translation>Debe terminar en uno de {suffixes}.</translation>
    </message>
    <message>
        <source>ends the display</source>
        <translation>cerrar el servidor gráfico</translation>
    </message>
    <message>
        <source>ends the session</source>
        <translation>cerrar la sesión</translation>
    </message>
    <message>
        <source>engine whisper aiola cloud offline</source>
        <translation>motor reconocimiento de voz whisper aiola nube sin conexión</translation>
    </message>
    <message>
        <source>English</source>
        <translation>Inglés</translation>
    </message>
    <message>
        <source>Enter an address like https://apis.aiola.ai in the settings.</source>
        <translation>Introduzca una dirección como https://apis.aiola.ai en los ajustes.</translation>
    </message>
    <message>
        <source>error</source>
        <translation>error</translation>
    </message>
    <message>
        <source>Escape cancels a dictation.</source>
        <translation>Esc cancela un dictado.</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>Todo</translation>
    </message>
    <message>
        <source>Export as</source>
        <translation>Exportar como</translation>
    </message>
    <message>
        <source>Export into</source>
        <translation>Exportar a</translation>
    </message>
    <message>
        <source>Export its text instead.</source>
        <translation>Exporte su texto en su lugar.</translation>
    </message>
    <message>
        <source>Export keywords</source>
        <translation>Exportar palabras clave</translation>
    </message>
    <message>
        <source>Export keywords to a CSV or JSON file</source>
        <translation>Exportar las palabras clave a un archivo CSV o JSON</translation>
    </message>
    <message>
        <source>export the text from the history</source>
        <translation>exporte el texto desde el historial</translation>
    </message>
    <message>
        <source>Export the transcript</source>
        <translation>Exportar la transcripción</translation>
    </message>
    <message>
        <source>Export where my speech went</source>
        <translation>Exportar «Adónde fue mi voz»</translation>
    </message>
    <message numerus="yes">
        <source>Export {n} dictations into a folder</source>
        <extracomment>Singular: Export {n} dictation into a folder</extracomment>
        <translation>
            <numerusform>Exportar {n} dictado a una carpeta</numerusform>
            <numerusform>Exportar {n} dictados a una carpeta</numerusform>
        </translation>
    </message>
    <message>
        <source>Exported to {name}</source>
        <translation>Exportado a {name}</translation>
    </message>
    <message>
        <source>Exported: {written:,} of {wanted:,}. This dictation and those below it in the list were not exported.</source>
        <translation>Exportados: {written:,} de {wanted:,}. Este dictado y los que le siguen en la lista no se exportaron.</translation>
    </message>
    <message>
        <source>Failures only</source>
        <translation>Solo fallos</translation>
    </message>
    <message>
        <source>Fewer errors, above all outside English; about four times the processor time of base.</source>
        <translation>Menos errores, sobre todo en idiomas distintos del inglés; unas cuatro veces el tiempo de procesador del modelo base.</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Archivos</translation>
    </message>
    <message>
        <source>Files and privacy</source>
        <translation>Archivos y privacidad</translation>
    </message>
    <message>
        <source>Files to t&amp;ranscribe…</source>
        <translation>Archivos por t&amp;ranscribir…</translation>
    </message>
    <message>
        <source>Files – Saywrite</source>
        <translation>Archivos – Saywrite</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filtrar</translation>
    </message>
    <message>
        <source>Filter keywords</source>
        <translation>Filtrar las palabras clave</translation>
    </message>
    <message>
        <source>Find in the transcript</source>
        <translation>Buscar en la transcripción</translation>
    </message>
    <message>
        <source>Finished sentences</source>
        <translation>Frases terminadas</translation>
    </message>
    <message>
        <source>Finishing</source>
        <translation>Terminando</translation>
    </message>
    <message>
        <source>finishing</source>
        <translation>terminando</translation>
    </message>
    <message>
        <source>Finishing the last words</source>
        <translation>Terminando las últimas palabras</translation>
    </message>
    <message>
        <source>Finishing…</source>
        <translation>Terminando…</translation>
    </message>
    <message>
        <source>First sound to first words</source>
        <translation>Del primer sonido a las primeras palabras</translation>
    </message>
    <message>
        <source>For another language or another recognizer.</source>
        <translation>Para otro idioma u otro reconocedor.</translation>
    </message>
    <message>
        <source>For example: xterm = type, emacs = shift+insert. Other rules: ctrl+v, ctrl+shift+v, clipboard.</source>
        <translation>Por ejemplo: xterm = type, emacs = shift+insert. Otras reglas: ctrl+v, ctrl+shift+v, clipboard.</translation>
    </message>
    <message>
        <source>forces a program to quit</source>
        <translation>forzar la salida de un programa</translation>
    </message>
    <message>
        <source>Free memory after</source>
        <translation>Liberar la memoria después de</translation>
    </message>
    <message>
        <source>Free some space on the disk that holds {place}.</source>
        <translation>Libere espacio en el disco que contiene {place}.</translation>
    </message>
    <message>
        <source>Free some space on the disk.</source>
        <translation>Libere espacio en el disco.</translation>
    </message>
    <message>
        <source>Free some space on this disk, then download the model again: it goes on where it was.</source>
        <translation>Libere espacio en este disco y descargue de nuevo el modelo: continúa donde estaba.</translation>
    </message>
    <message>
        <source>Free some space, then stop the dictation.</source>
        <translation>Libere espacio y detenga el dictado.</translation>
    </message>
    <message>
        <source>French</source>
        <translation>Francés</translation>
    </message>
    <message>
        <source>GB</source>
        <translation>GB</translation>
    </message>
    <message>
        <source>German</source>
        <translation>Alemán</translation>
    </message>
    <message>
        <source>Give your user write permission for this folder, or {elsewhere}.</source>
        <translation>Dé a su usuario permiso de escritura en esta carpeta o {elsewhere}.</translation>
    </message>
    <message>
        <source>Go back to the window where you started</source>
        <translation>Volver a la ventana donde empezó</translation>
    </message>
    <message>
        <source>Go to the end of the transcript (Ctrl+End)</source>
        <translation>Ir al final de la transcripción (Ctrl+Fin)</translation>
    </message>
    <message>
        <source>goes back in browsers and file managers</source>
        <translation>ir atrás en navegadores y gestores de archivos</translation>
    </message>
    <message>
        <source>goes forward in browsers and file managers</source>
        <translation>ir adelante en navegadores y gestores de archivos</translation>
    </message>
    <message>
        <source>Good everyday dictation on any computer.</source>
        <translation>Bueno para dictar a diario en cualquier equipo.</translation>
    </message>
    <message>
        <source>Good: Saywrite hears you.</source>
        <translation>Bien: Saywrite le oye.</translation>
    </message>
    <message>
        <source>Hands-free</source>
        <translation>Manos libres</translation>
    </message>
    <message>
        <source>Hands-free from the start</source>
        <translation>Manos libres desde el inicio</translation>
    </message>
    <message>
        <source>Hands-free key</source>
        <translation>Tecla de manos libres</translation>
    </message>
    <message>
        <source>Hands-free mode on and off</source>
        <translation>Activar y desactivar el modo de manos libres</translation>
    </message>
    <message>
        <source>hands-free voice stop listening</source>
        <translation>manos libres voz detener escuchar silencio pausa</translation>
    </message>
    <message>
        <source>Hands-free: cannot listen</source>
        <translation>Manos libres: no puede escuchar</translation>
    </message>
    <message>
        <source>Hands-free: paused</source>
        <translation>Manos libres: en pausa</translation>
    </message>
    <message>
        <source>Hands-free: say “{phrase}”</source>
        <translation>Manos libres: diga «{phrase}»</translation>
    </message>
    <message>
        <source>Hands-free: “{phrase}” ends the dictation</source>
        <translation>Manos libres: «{phrase}» termina el dictado</translation>
    </message>
    <message>
        <source>Hear from here</source>
        <translation>Escuchar desde aquí</translation>
    </message>
    <message>
        <source>heard 00:00 · sent 00:00 · text 00:00</source>
        <translation>oído 00:00 · enviado 00:00 · texto 00:00</translation>
    </message>
    <message>
        <source>heard 00:00 · text 00:00</source>
        <translation>oído 00:00 · texto 00:00</translation>
    </message>
    <message>
        <source>heard {heard}</source>
        <translation>oído {heard}</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>Ocultar</translation>
    </message>
    <message>
        <source>Hide the unfinished dictations</source>
        <translation>Ocultar los dictados sin terminar</translation>
    </message>
    <message>
        <source>hides a program</source>
        <translation>ocultar un programa</translation>
    </message>
    <message>
        <source>History – Saywrite</source>
        <translation>Historial – Saywrite</translation>
    </message>
    <message>
        <source>Hits</source>
        <translation>Coincidencias</translation>
    </message>
    <message>
        <source>Hits of the selected keyword</source>
        <translation>Coincidencias de la palabra clave seleccionada</translation>
    </message>
    <message>
        <source>Hits: not tried</source>
        <translation>Coincidencias: sin probar</translation>
    </message>
    <message>
        <source>Hits: {hits}</source>
        <translation>Coincidencias: {hits}</translation>
    </message>
    <message>
        <source>Hold a key, speak, let go</source>
        <translation>Mantenga pulsada una tecla, hable y suéltela</translation>
    </message>
    <message>
        <source>Hold the key</source>
        <translation>Mantenga pulsada la tecla</translation>
    </message>
    <message>
        <source>Hold to talk</source>
        <translation>Mantener pulsada para hablar</translation>
    </message>
    <message>
        <source>Hold to talk, or tap to start and stop</source>
        <translation>Mantener para hablar, o pulsar una vez para iniciar y detener</translation>
    </message>
    <message>
        <source>Hold {hotkey}, say any sentence, and let go.</source>
        <translation>Mantenga pulsado {hotkey}, diga cualquier frase y suelte.</translation>
    </message>
    <message>
        <source>Hold {hotkey}, say “one, two, three”, and let go:</source>
        <translation>Mantenga pulsado {hotkey}, diga «uno, dos, tres» y suelte:</translation>
    </message>
    <message>
        <source>Hold {key} in any program</source>
        <translation>Mantenga pulsado {key} en cualquier programa</translation>
    </message>
    <message>
        <source>How much was recorded, and up to where it has become text</source>
        <translation>Cuánto se grabó y hasta dónde se ha convertido en texto</translation>
    </message>
    <message>
        <source>How the text gets into other programs.</source>
        <translation>Cómo llega el texto a otros programas.</translation>
    </message>
    <message>
        <source>I &amp;speak</source>
        <translation>&amp;Hablo</translation>
    </message>
    <message>
        <source>If it is not there, choose “Insert again”.</source>
        <translation>Si no está allí, elija «Insertar de nuevo».</translation>
    </message>
    <message>
        <source>If more is expected, copy the file again.</source>
        <translation>Si debería haber más, copie el archivo de nuevo.</translation>
    </message>
    <message>
        <source>If the window changed</source>
        <translation>Si la ventana cambió</translation>
    </message>
    <message>
        <source>If these are missed, copy the file again.</source>
        <translation>Si hacen falta, copie el archivo de nuevo.</translation>
    </message>
    <message>
        <source>If this is off, each sentence appears when it ends, and recognition needs a tenth of the processor time.</source>
        <translation>Si está desactivado, cada frase aparece cuando termina, y el reconocimiento necesita una décima parte del tiempo de procesador.</translation>
    </message>
    <message>
        <source>If this is on, what you correct in a text is remembered on this computer, as long as its dictation is in the history.</source>
        <translation>Si está activado, lo que corrige en un texto se recuerda en este equipo mientras su dictado esté en el historial.</translation>
    </message>
    <message>
        <source>If you say “comma”, a comma is written.</source>
        <translation>Si dice «coma», se escribe una coma.</translation>
    </message>
    <message>
        <source>If your company inspects traffic, have its certificate installed in the system; otherwise do not use this network.</source>
        <translation>Si su empresa inspecciona el tráfico, haga instalar su certificado en el sistema; si no, no use esta red.</translation>
    </message>
    <message>
        <source>Import keywords</source>
        <translation>Importar palabras clave</translation>
    </message>
    <message>
        <source>Import keywords from a CSV or JSON file</source>
        <translation>Importar palabras clave de un archivo CSV o JSON</translation>
    </message>
    <message>
        <source>In every program</source>
        <translation>En todos los programas</translation>
    </message>
    <message>
        <source>In Settings → Privacy &amp; security → Microphone, switch on “Let desktop apps access your microphone”.</source>
        <translation>En Configuración → Privacidad y seguridad → Micrófono, active «Permitir que las aplicaciones de escritorio accedan al micrófono».</translation>
    </message>
    <message>
        <source>In the desktop's keyboard settings, bind a key to each command shown in Saywrite's settings.</source>
        <translation>En los ajustes de teclado del escritorio, asigne una tecla a cada orden que muestran los ajustes de Saywrite.</translation>
    </message>
    <message>
        <source>In the desktop's keyboard settings, bind this command to a key</source>
        <translation>En los ajustes de teclado del escritorio, asigne esta orden a una tecla</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>En uso</translation>
    </message>
    <message numerus="yes">
        <source>in {n:,} places</source>
        <extracomment>Singular: in {n:,} place</extracomment>
        <translation>
            <numerusform>en {n:,} lugar</numerusform>
            <numerusform>en {n:,} lugares</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>in {n} places</source>
        <extracomment>Singular: in {n} place</extracomment>
        <translation>
            <numerusform>en {n} lugar</numerusform>
            <numerusform>en {n} lugares</numerusform>
        </translation>
    </message>
    <message>
        <source>info</source>
        <translation>información</translation>
    </message>
    <message>
        <source>input device headset</source>
        <translation>dispositivo de entrada auriculares cascos micro</translation>
    </message>
    <message>
        <source>Insert adds a keyword, F2 edits, Delete removes.</source>
        <translation>Insert añade una palabra clave, F2 la edita, Supr la quita.</translation>
    </message>
    <message>
        <source>Insert into the window in front</source>
        <translation>Insertar en la ventana en primer plano</translation>
    </message>
    <message>
        <source>Insert text by</source>
        <translation>Insertar el texto mediante</translation>
    </message>
    <message>
        <source>Insert the last text &amp;again</source>
        <translation>Insertar de nuevo el ú&amp;ltimo texto</translation>
    </message>
    <message>
        <source>Inserted into {program}</source>
        <translation>Insertado en {program}</translation>
    </message>
    <message>
        <source>Insertion</source>
        <translation>Inserción</translation>
    </message>
    <message>
        <source>Install a newer Saywrite.</source>
        <translation>Instale un Saywrite más reciente.</translation>
    </message>
    <message>
        <source>Install and start a Secret Service, such as gnome-keyring or KWallet.</source>
        <translation>Instale e inicie un Secret Service, como gnome-keyring o KWallet.</translation>
    </message>
    <message>
        <source>Install it (Debian, Ubuntu: libportaudio2; Fedora, Arch: portaudio) and start Saywrite again.</source>
        <translation>Instálela (Debian, Ubuntu: libportaudio2; Fedora, Arch: portaudio) y vuelva a iniciar Saywrite.</translation>
    </message>
    <message>
        <source>Install it (Debian, Ubuntu: libpulse0).</source>
        <translation>Instálela (Debian, Ubuntu: libpulse0).</translation>
    </message>
    <message>
        <source>Install it with “brew install portaudio” and start Saywrite again.</source>
        <translation>Instálela con «brew install portaudio» y vuelva a iniciar Saywrite.</translation>
    </message>
    <message>
        <source>Install its bridge (Debian, Ubuntu: libasound2-plugins; Fedora: alsa-plugins-pulseaudio).</source>
        <translation>Instale su puente (Debian, Ubuntu: libasound2-plugins; Fedora: alsa-plugins-pulseaudio).</translation>
    </message>
    <message>
        <source>Install Saywrite again (“pip install ctranslate2”), or choose aiOla as the recognizer.</source>
        <translation>Reinstale Saywrite («pip install ctranslate2») o elija aiOla como reconocedor.</translation>
    </message>
    <message>
        <source>Install Saywrite again.</source>
        <translation>Reinstale Saywrite.</translation>
    </message>
    <message>
        <source>Install Saywrite again: its package “sounddevice” brings the library along.</source>
        <translation>Reinstale Saywrite: su paquete «sounddevice» incluye la biblioteca.</translation>
    </message>
    <message>
        <source>is Windows' own dictation</source>
        <translation>dictado propio de Windows</translation>
    </message>
    <message>
        <source>it answers with a web page</source>
        <translation>responde con una página web</translation>
    </message>
    <message>
        <source>it answers with an error (HTTP {status})</source>
        <translation>responde con un error (HTTP {status})</translation>
    </message>
    <message>
        <source>it answers with something else than asked for</source>
        <translation>responde con algo distinto de lo pedido</translation>
    </message>
    <message>
        <source>it cannot be reached</source>
        <translation>no está accesible</translation>
    </message>
    <message>
        <source>it cannot prove that it is the right server</source>
        <translation>el servidor no puede demostrar su identidad</translation>
    </message>
    <message>
        <source>it does not answer</source>
        <translation>no responde</translation>
    </message>
    <message>
        <source>it does not have the file</source>
        <translation>no tiene el archivo</translation>
    </message>
    <message>
        <source>It goes on in {wait}.</source>
        <translation>Continúa en {wait}.</translation>
    </message>
    <message>
        <source>it has another file under this name</source>
        <translation>tiene otro archivo con este nombre</translation>
    </message>
    <message>
        <source>it has no {file}</source>
        <translation>no tiene {file}</translation>
    </message>
    <message>
        <source>it holds a broken character.</source>
        <translation>contiene un carácter dañado.</translation>
    </message>
    <message>
        <source>It holds no words, nothing was saved.</source>
        <translation>No contiene palabras, no se guardó nada.</translation>
    </message>
    <message>
        <source>It is downloaded again.</source>
        <translation>Se descarga de nuevo.</translation>
    </message>
    <message>
        <source>It is in the history and can be copied from there.</source>
        <translation>Está en el historial y se puede copiar desde allí.</translation>
    </message>
    <message>
        <source>It is made again by itself.</source>
        <translation>Se restablece sola.</translation>
    </message>
    <message>
        <source>It is removed when Saywrite is uninstalled.</source>
        <translation>Se elimina al desinstalar Saywrite.</translation>
    </message>
    <message>
        <source>It is tried again when the network changes.</source>
        <translation>Se intentará de nuevo cuando cambie la red.</translation>
    </message>
    <message>
        <source>It is tried again; check the addresses in {settings}.</source>
        <translation>Se intenta de nuevo; compruebe las direcciones en {settings}.</translation>
    </message>
    <message>
        <source>It is tried again; check the network and the addresses in {settings}.</source>
        <translation>Se intenta de nuevo; compruebe la red y las direcciones en {settings}.</translation>
    </message>
    <message>
        <source>It is tried again; check the network connection.</source>
        <translation>Se intenta de nuevo; compruebe la conexión de red.</translation>
    </message>
    <message>
        <source>It is tried again; check the proxy in the system's settings.</source>
        <translation>Se intenta de nuevo; compruebe el proxy en los ajustes del sistema.</translation>
    </message>
    <message>
        <source>It is tried again; end those on other computers or in other programs.</source>
        <translation>Se intenta de nuevo; termine los dictados en otros equipos o en otros programas.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, ask aiOla.</source>
        <translation>Se intenta de nuevo; si persiste, consulte a aiOla.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, ask whoever runs your network to let WebSockets pass.</source>
        <translation>Se intenta de nuevo; si persiste, pida a quien administra su red que deje pasar los WebSockets.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, check the addresses in {settings}.</source>
        <translation>Se intenta de nuevo; si persiste, compruebe las direcciones en {settings}.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, the log tells more.</source>
        <translation>Se intenta de nuevo; si persiste, el registro dice más.</translation>
    </message>
    <message>
        <source>It may have been removed; nothing was changed.</source>
        <translation>Puede que se haya eliminado; no se cambió nada.</translation>
    </message>
    <message>
        <source>it points to an address that is not secure</source>
        <translation>remite a una dirección no segura</translation>
    </message>
    <message>
        <source>it redirects without end</source>
        <translation>redirige sin fin</translation>
    </message>
    <message>
        <source>it refuses access (HTTP {status})</source>
        <translation>deniega el acceso (HTTP {status})</translation>
    </message>
    <message>
        <source>it sends another part of the file than asked for</source>
        <translation>envía una parte del archivo distinta de la pedida</translation>
    </message>
    <message>
        <source>it sends more bytes than the file has</source>
        <translation>envía más bytes de los que tiene el archivo</translation>
    </message>
    <message>
        <source>it sends other bytes than the published ones</source>
        <translation>envía bytes distintos de los publicados</translation>
    </message>
    <message>
        <source>It was kept as {name} beside it; the defaults are used.</source>
        <translation>El archivo se conservó al lado como {name}; se usan los valores predeterminados.</translation>
    </message>
    <message>
        <source>It was left as it is; the defaults are used. Repair or move it.</source>
        <translation>El archivo se dejó como estaba; se usan los valores predeterminados. Repárelo o muévalo.</translation>
    </message>
    <message>
        <source>It works in every program.</source>
        <translation>Funciona en todos los programas.</translation>
    </message>
    <message>
        <source>Italian</source>
        <translation>Italiano</translation>
    </message>
    <message>
        <source>its address cannot be read</source>
        <translation>su dirección no se puede leer</translation>
    </message>
    <message>
        <source>its packages do not hold the model</source>
        <translation>sus paquetes no contienen el modelo</translation>
    </message>
    <message>
        <source>Its page says what is new, and how to install it.</source>
        <translation>La página de esta versión dice qué hay de nuevo y cómo instalarla.</translation>
    </message>
    <message>
        <source>Its recording is kept for a few seconds.</source>
        <translation>Su grabación se conserva unos segundos.</translation>
    </message>
    <message>
        <source>Its recording is kept for a few seconds. The menu of this icon offers to undo it.</source>
        <translation>Su grabación se conserva unos segundos. El menú de este icono permite deshacer la cancelación.</translation>
    </message>
    <message>
        <source>Its text could not be written to the history.</source>
        <translation>No se pudo escribir su texto en el historial.</translation>
    </message>
    <message>
        <source>Its text is unchanged.</source>
        <translation>Su texto no ha cambiado.</translation>
    </message>
    <message>
        <source>Japanese</source>
        <translation>Japonés</translation>
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
        <translation>Conservar</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Conservar</translation>
    </message>
    <message>
        <source>Keep line breaks</source>
        <translation>Conservar los saltos de línea</translation>
    </message>
    <message>
        <source>Keep recordings</source>
        <translation>Conservar las grabaciones</translation>
    </message>
    <message>
        <source>Keep running when closed</source>
        <translation>Seguir en marcha al cerrar</translation>
    </message>
    <message>
        <source>Keep Saywrite open; close what else keeps the disk busy.</source>
        <translation>Mantenga Saywrite abierto; cierre lo demás que ocupe el disco.</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Tecla</translation>
    </message>
    <message>
        <source>Key to first sound</source>
        <translation>De la tecla al primer sonido</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Atajos de teclado</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Teclas</translation>
    </message>
    <message>
        <source>Keys are kept in {name}.</source>
        <translation>Las claves se guardan en {name}.</translation>
    </message>
    <message>
        <source>Keyword lab</source>
        <translation>Laboratorio de palabras clave</translation>
    </message>
    <message>
        <source>Keywords</source>
        <translation>Palabras clave</translation>
    </message>
    <message>
        <source>Keywords (*.csv *.json *.txt)</source>
        <translation>Palabras clave (*.csv *.json *.txt)</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Idioma</translation>
    </message>
    <message>
        <source>Language of the program</source>
        <translation>Idioma del programa</translation>
    </message>
    <message>
        <source>Language of the second key</source>
        <translation>Idioma de la segunda tecla</translation>
    </message>
    <message>
        <source>Leave it empty for the folder that you used last.</source>
        <translation>Déjelo vacío para usar la última carpeta.</translation>
    </message>
    <message>
        <source>Left and right walk through them.</source>
        <translation>Las flechas izquierda y derecha los recorren.</translation>
    </message>
    <message>
        <source>Left {key}</source>
        <translation>{key} (izquierda)</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Duración</translation>
    </message>
    <message>
        <source>Length of the recording</source>
        <translation>Duración de la grabación</translation>
    </message>
    <message>
        <source>Less</source>
        <translation>Menos</translation>
    </message>
    <message>
        <source>Let go of all keys and try again.</source>
        <translation>Suelte todas las teclas e inténtelo de nuevo.</translation>
    </message>
    <message>
        <source>libpulse-simple is missing.</source>
        <translation>Falta libpulse-simple.</translation>
    </message>
    <message>
        <source>libraries that PyAV's wheels carry</source>
        <translation>bibliotecas contenidas en los paquetes wheel de PyAV</translation>
    </message>
    <message>
        <source>Licenses</source>
        <translation>Licencias</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Claro</translation>
    </message>
    <message>
        <source>Line breaks in terminals</source>
        <translation>Saltos de línea en terminales</translation>
    </message>
    <message>
        <source>Line {line}: {what}</source>
        <translation>Línea {line}: {what}</translation>
    </message>
    <message>
        <source>Lines that were not imported</source>
        <translation>Líneas que no se importaron</translation>
    </message>
    <message>
        <source>Listen</source>
        <translation>Escuchar</translation>
    </message>
    <message>
        <source>Listen before the key press</source>
        <translation>Escuchar antes de pulsar la tecla</translation>
    </message>
    <message>
        <source>Listen to the sounds</source>
        <translation>Escuchar los sonidos</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>Escuchando</translation>
    </message>
    <message>
        <source>listening</source>
        <translation>escuchando</translation>
    </message>
    <message>
        <source>Listening. Speak now.</source>
        <translation>Saywrite escucha. Hable ahora.</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>Escuchando…</translation>
    </message>
    <message>
        <source>loading…</source>
        <translation>cargando…</translation>
    </message>
    <message>
        <source>loads when needed</source>
        <translation>se carga cuando hace falta</translation>
    </message>
    <message>
        <source>locks the screen</source>
        <translation>bloquear la pantalla</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Registro</translation>
    </message>
    <message>
        <source>Log out and in again, then try again.</source>
        <translation>Cierre la sesión, vuelva a iniciarla e inténtelo de nuevo.</translation>
    </message>
    <message>
        <source>Longest dictation</source>
        <translation>Dictado más largo</translation>
    </message>
    <message>
        <source>Longest sentence</source>
        <translation>Frase más larga</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>Buscando modelos…</translation>
    </message>
    <message>
        <source>Looking for updates…</source>
        <translation>Buscando actualizaciones…</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Buscando…</translation>
    </message>
    <message>
        <source>macOS does not give {chord} to programs ({code}).</source>
        <translation>macOS no cede {chord} a los programas ({code}).</translation>
    </message>
    <message>
        <source>macOS does not let Saywrite insert text yet. The text is on the clipboard.</source>
        <translation>macOS aún no deja que Saywrite inserte texto. El texto está en el portapapeles.</translation>
    </message>
    <message>
        <source>macOS does not report {chord} to other programs.</source>
        <translation>macOS no comunica {chord} a otros programas.</translation>
    </message>
    <message>
        <source>Make it writable for your user, then try again.</source>
        <translation>Dé a su usuario permiso de escritura en esa ruta e inténtelo de nuevo.</translation>
    </message>
    <message>
        <source>Make it writable, or {elsewhere}.</source>
        <translation>Permita la escritura en él o {elsewhere}.</translation>
    </message>
    <message>
        <source>Make the file readable for your user and start Saywrite again.</source>
        <translation>Haga que su usuario pueda leer el archivo y vuelva a iniciar Saywrite.</translation>
    </message>
    <message>
        <source>Make the file readable for your user.</source>
        <translation>Haga que su usuario pueda leer el archivo.</translation>
    </message>
    <message>
        <source>Make the folder {parent} writable for your user, or start with --data and another folder.</source>
        <translation>Dé a su usuario permiso de escritura en la carpeta {parent}, o inicie Saywrite con --data y otra carpeta.</translation>
    </message>
    <message>
        <source>Mark words heard differently</source>
        <translation>Marcar palabras oídas de otra manera</translation>
    </message>
    <message>
        <source>Markdown</source>
        <translation>Markdown</translation>
    </message>
    <message>
        <source>Match &amp;case</source>
        <translation>Distinguir &amp;mayúsculas</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>MB</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>Micrófono</translation>
    </message>
    <message>
        <source>Microphone level</source>
        <translation>Nivel del micrófono</translation>
    </message>
    <message>
        <source>Microphone level: {value}</source>
        <translation>Nivel del micrófono: {value}</translation>
    </message>
    <message>
        <source>milliseconds</source>
        <translation>milisegundos</translation>
    </message>
    <message>
        <source>minus {number}</source>
        <translation>menos {number}</translation>
    </message>
    <message>
        <source>mirror offline</source>
        <translation>espejo réplica sin conexión</translation>
    </message>
    <message>
        <source>Missing sound</source>
        <translation>Sonido que falta</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modelo</translation>
    </message>
    <message>
        <source>model damaged</source>
        <translation>modelo dañado</translation>
    </message>
    <message>
        <source>Models come over https only, so that nobody can change them on the way. Write https:// before the host.</source>
        <translation>Los modelos solo llegan por https, para que nadie pueda modificarlos en el camino. Escriba https:// delante del host.</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>Modelos…</translation>
    </message>
    <message>
        <source>Month</source>
        <translation>Mes</translation>
    </message>
    <message>
        <source>Motion</source>
        <translation>Movimiento</translation>
    </message>
    <message>
        <source>Mouse {number}</source>
        <translation>Botón {number} del ratón</translation>
    </message>
    <message>
        <source>Move away a little, or lower the input level in the sound settings of this computer.</source>
        <translation>Aléjese un poco o baje el nivel de entrada en los ajustes de sonido de este equipo.</translation>
    </message>
    <message>
        <source>Move it to another place, or start with --data and another folder.</source>
        <translation>Muévalo a otro lugar, o inicie Saywrite con --data y otra carpeta.</translation>
    </message>
    <message>
        <source>Moved to {label} in the sound settings.</source>
        <translation>El micrófono se cambió a {label} en los ajustes de sonido.</translation>
    </message>
    <message>
        <source>must be a whole number</source>
        <translation>debe ser un número entero</translation>
    </message>
    <message>
        <source>must be between {minimum} and {maximum}</source>
        <translation>debe estar entre {minimum} y {maximum}</translation>
    </message>
    <message>
        <source>must be one of {names}</source>
        <translation>debe ser uno de estos valores: {names}</translation>
    </message>
    <message>
        <source>must be text in quotes</source>
        <translation>debe ser texto entre comillas</translation>
    </message>
    <message>
        <source>must be text of at most {limit} characters</source>
        <translation>debe ser texto de {limit} caracteres como máximo</translation>
    </message>
    <message>
        <source>must be true or false</source>
        <translation>debe ser true o false</translation>
    </message>
    <message>
        <source>Name of the saved text</source>
        <translation>Nombre del texto guardado</translation>
    </message>
    <message>
        <source>Name the sound files in it.</source>
        <translation>Indique los archivos de sonido que contiene.</translation>
    </message>
    <message>
        <source>Native libraries and tables</source>
        <translation>Bibliotecas nativas y tablas</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Nunca</translation>
    </message>
    <message>
        <source>New paragraph after a pause of</source>
        <translation>Nuevo párrafo tras una pausa de</translation>
    </message>
    <message>
        <source>New text</source>
        <translation>Texto nuevo</translation>
    </message>
    <message>
        <source>New text: go to the end of the transcript</source>
        <translation>Texto nuevo: ir al final de la transcripción</translation>
    </message>
    <message>
        <source>Next (F3)</source>
        <translation>Siguiente (F3)</translation>
    </message>
    <message>
        <source>No dictations yet. What you dictate is kept here.</source>
        <translation>Aún no hay dictados. Lo que dicte se conservará aquí.</translation>
    </message>
    <message>
        <source>No files</source>
        <translation>No hay archivos</translation>
    </message>
    <message>
        <source>No keyword could be read from this {kind} file. Line {line}: {what}</source>
        <translation>No se pudo leer ninguna palabra clave de este archivo {kind}. Línea {line}: {what}</translation>
    </message>
    <message>
        <source>No keyword has these letters.</source>
        <translation>Ninguna palabra clave contiene estas letras.</translation>
    </message>
    <message>
        <source>No keyword is in your last dictations.</source>
        <translation>Ninguna palabra clave aparece en sus últimos dictados.</translation>
    </message>
    <message>
        <source>No microphone found</source>
        <translation>No se encontró ningún micrófono</translation>
    </message>
    <message>
        <source>No microphone is connected.</source>
        <translation>No hay ningún micrófono conectado.</translation>
    </message>
    <message>
        <source>No microphone was found.</source>
        <translation>No se encontró ningún micrófono.</translation>
    </message>
    <message>
        <source>no model</source>
        <translation>sin modelo</translation>
    </message>
    <message>
        <source>no model yet</source>
        <translation>aún sin modelo</translation>
    </message>
    <message>
        <source>No recognizer of this version does. The language stays as it was.</source>
        <translation>Ningún reconocedor de esta versión lo conoce. El idioma no ha cambiado.</translation>
    </message>
    <message>
        <source>No secure connection to {host} can be made ({detail}).</source>
        <translation>No se puede establecer una conexión segura con {host} ({detail}).</translation>
    </message>
    <message>
        <source>No setting has these words.</source>
        <translation>Ningún ajuste contiene estas palabras.</translation>
    </message>
    <message>
        <source>No sound files are in this folder.</source>
        <translation>En esta carpeta no hay archivos de sonido.</translation>
    </message>
    <message>
        <source>No text</source>
        <translation>Sin texto</translation>
    </message>
    <message>
        <source>No translation</source>
        <translation>Sin traducción</translation>
    </message>
    <message>
        <source>No words were recognized.</source>
        <translation>No se reconoció ninguna palabra.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>ninguna</translation>
    </message>
    <message>
        <source>None: press to choose</source>
        <translation>Ninguna: pulse para elegir</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>Normal</translation>
    </message>
    <message>
        <source>not connected</source>
        <translation>no conectado</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>No encontrado</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>no encontrado</translation>
    </message>
    <message>
        <source>Not on this computer</source>
        <translation>No está en este equipo</translation>
    </message>
    <message>
        <source>not valid JSON from here on.</source>
        <translation>JSON no válido a partir de aquí.</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nada</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Sin resultados</translation>
    </message>
    <message>
        <source>Nothing found for “{words}” with these filters.</source>
        <translation>No se ha encontrado nada para «{words}» con estos filtros.</translation>
    </message>
    <message>
        <source>Nothing found for “{words}”.</source>
        <translation>No se ha encontrado nada para «{words}».</translation>
    </message>
    <message>
        <source>Nothing is recorded on disk yet.</source>
        <translation>Aún no hay nada grabado en el disco.</translation>
    </message>
    <message>
        <source>Nothing is saved yet; new sound is kept in memory.</source>
        <translation>Aún no se ha guardado nada; el sonido nuevo se conserva en la memoria.</translation>
    </message>
    <message>
        <source>Nothing leaves this computer</source>
        <translation>Nada sale de este equipo</translation>
    </message>
    <message>
        <source>Nothing left this computer</source>
        <translation>Nada salió de este equipo</translation>
    </message>
    <message>
        <source>Nothing matches these filters.</source>
        <translation>Nada coincide con estos filtros.</translation>
    </message>
    <message>
        <source>nothing may leave this computer</source>
        <translation>nada puede salir de este equipo</translation>
    </message>
    <message>
        <source>Nothing measured yet. Dictate something; how long each step took is kept with its text.</source>
        <translation>Aún no hay mediciones. Dicte algo; la duración de cada paso se conserva con su texto.</translation>
    </message>
    <message>
        <source>nothing new</source>
        <translation>nada nuevo</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>No se cambió nada.</translation>
    </message>
    <message>
        <source>Nothing was dictated this month yet.</source>
        <translation>Aún no se ha dictado nada este mes.</translation>
    </message>
    <message>
        <source>Nothing was dictated yet.</source>
        <translation>Aún no se ha dictado nada.</translation>
    </message>
    <message>
        <source>Nothing was pasted: a text of the transcript has at most {most:,} characters.</source>
        <translation>No se pegó nada: un texto de la transcripción tiene como máximo {most:,} caracteres.</translation>
    </message>
    <message>
        <source>Nothing you dictated has left this computer.</source>
        <translation>Nada de lo que ha dictado ha salido de este equipo.</translation>
    </message>
    <message>
        <source>Now recording from {device}.</source>
        <translation>Ahora se graba con {device}.</translation>
    </message>
    <message>
        <source>Nowhere: nothing left this computer</source>
        <translation>A ningún sitio: nada salió de este equipo</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Desactivado</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Sin conexión</translation>
    </message>
    <message>
        <source>offline</source>
        <translation>sin conexión</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>En este equipo</translation>
    </message>
    <message>
        <source>On, and clicks reach the window below</source>
        <translation>Activado, y los clics llegan a la ventana de debajo</translation>
    </message>
    <message>
        <source>On, and it can be dragged</source>
        <translation>Activado, y se puede arrastrar</translation>
    </message>
    <message>
        <source>One moment…</source>
        <translation>Un momento…</translation>
    </message>
    <message>
        <source>Only while aiOla cannot be reached</source>
        <translation>Solo mientras no se pueda acceder a aiOla</translation>
    </message>
    <message>
        <source>Open a browser and sign in to this network; then it goes on.</source>
        <translation>Abra un navegador e inicie sesión en esta red; después continúa.</translation>
    </message>
    <message>
        <source>Open a web page in the browser and sign in to the network, then try again.</source>
        <translation>Abra una página web en el navegador, inicie sesión en la red e inténtelo de nuevo.</translation>
    </message>
    <message>
        <source>Open the page</source>
        <translation>Abrir la página</translation>
    </message>
    <message>
        <source>opening the stream</source>
        <translation>apertura de la transmisión</translation>
    </message>
    <message>
        <source>opens a terminal</source>
        <translation>abrir un terminal</translation>
    </message>
    <message>
        <source>opens help</source>
        <translation>abrir la ayuda</translation>
    </message>
    <message>
        <source>opens Spotlight</source>
        <translation>abrir Spotlight</translation>
    </message>
    <message>
        <source>opens the clipboard history</source>
        <translation>abrir el historial del portapapeles</translation>
    </message>
    <message>
        <source>opens the menu of a window</source>
        <translation>abrir el menú de una ventana</translation>
    </message>
    <message>
        <source>opens the settings</source>
        <translation>abre los ajustes</translation>
    </message>
    <message>
        <source>opens the start menu</source>
        <translation>abrir el menú Inicio</translation>
    </message>
    <message>
        <source>Or put an API key into {key_variable}.</source>
        <translation>O ponga una clave de API en {key_variable}.</translation>
    </message>
    <message>
        <source>Over 10 min</source>
        <translation>Más de 10 min</translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation>Panel flotante</translation>
    </message>
    <message>
        <source>Pages of settings</source>
        <translation>Páginas de los ajustes</translation>
    </message>
    <message>
        <source>Paste it where you want it.</source>
        <translation>Péguelo donde lo quiera.</translation>
    </message>
    <message>
        <source>paste type clipboard</source>
        <translation>pegar escribir teclear portapapeles</translation>
    </message>
    <message>
        <source>Paste your {label} here</source>
        <translation>Pegue aquí: {label}</translation>
    </message>
    <message>
        <source>pastes</source>
        <translation>pegar</translation>
    </message>
    <message>
        <source>Pasting</source>
        <translation>Pegado</translation>
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
        <translation>En pausa en {done}</translation>
    </message>
    <message>
        <source>paused at {share} %</source>
        <translation>en pausa en {share} %</translation>
    </message>
    <message>
        <source>pill floating</source>
        <translation>flotante ventana flotante píldora</translation>
    </message>
    <message>
        <source>Plain &amp;text</source>
        <translation>Te&amp;xto sin formato</translation>
    </message>
    <message>
        <source>Plain text</source>
        <translation>Texto sin formato</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Reproducir</translation>
    </message>
    <message>
        <source>Play (Ctrl+P)</source>
        <translation>Reproducir (Ctrl+P)</translation>
    </message>
    <message>
        <source>Play a sound at the start</source>
        <translation>Reproducir un sonido al inicio</translation>
    </message>
    <message>
        <source>Play sounds</source>
        <translation>Reproducir sonidos</translation>
    </message>
    <message>
        <source>Plug in a microphone or switch it on, then try again.</source>
        <translation>Enchufe un micrófono o enciéndalo e inténtelo de nuevo.</translation>
    </message>
    <message>
        <source>Plug in a speaker or headphones, or choose an output in the sound settings.</source>
        <translation>Enchufe un altavoz o unos auriculares, o elija una salida en los ajustes de sonido.</translation>
    </message>
    <message>
        <source>Portuguese</source>
        <translation>Portugués</translation>
    </message>
    <message>
        <source>preparing…</source>
        <translation>preparando…</translation>
    </message>
    <message>
        <source>preroll listen ahead</source>
        <translation>pregrabación escuchar antes</translation>
    </message>
    <message>
        <source>Present text: {origin}</source>
        <translation>Texto actual: {origin}</translation>
    </message>
    <message>
        <source>Press a key, speak, press it again</source>
        <translation>Pulse una tecla, hable y púlsela otra vez</translation>
    </message>
    <message>
        <source>Press Start and speak</source>
        <translation>Pulse Iniciar y hable</translation>
    </message>
    <message>
        <source>Press Start and speak.</source>
        <translation>Pulse Iniciar y hable.</translation>
    </message>
    <message>
        <source>Press the keys… (Esc: leave it)</source>
        <translation>Pulse las teclas… (Esc: no cambiar nada)</translation>
    </message>
    <message>
        <source>Press {hotkey}, say any sentence, and press it again.</source>
        <translation>Pulse {hotkey}, diga cualquier frase y pulse otra vez.</translation>
    </message>
    <message>
        <source>Press {hotkey}, say “one, two, three”, and press it again:</source>
        <translation>Pulse {hotkey}, diga «uno, dos, tres» y pulse otra vez:</translation>
    </message>
    <message>
        <source>Press {key} in any program</source>
        <translation>Pulse {key} en cualquier programa</translation>
    </message>
    <message>
        <source>Previous (Shift+F3)</source>
        <translation>Anterior (Mayús+F3)</translation>
    </message>
    <message>
        <source>private network internet cloud</source>
        <translation>privado privacidad red internet nube sin conexión</translation>
    </message>
    <message>
        <source>Private: what you say does not leave this computer. Needs no network and no account.</source>
        <translation>Privado: lo que dice no sale de este equipo. No necesita red ni cuenta.</translation>
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
        <translation>Progreso</translation>
    </message>
    <message>
        <source>Progress of the trial</source>
        <translation>Progreso de la prueba</translation>
    </message>
    <message>
        <source>Progress of transcribing again</source>
        <translation>Progreso de la nueva transcripción</translation>
    </message>
    <message>
        <source>Progress of {label}</source>
        <translation>Progreso de {label}</translation>
    </message>
    <message>
        <source>Progress of {name}</source>
        <translation>Progreso de {name}</translation>
    </message>
    <message>
        <source>Push-to-talk</source>
        <translation>Pulsar para hablar</translation>
    </message>
    <message>
        <source>Put a new one into {settings}, or check the computer's date and time.</source>
        <translation>Introduzca uno nuevo en {settings} o compruebe la fecha y la hora del equipo.</translation>
    </message>
    <message>
        <source>Put it into Settings → aiOla, or an API key into the environment variable {key_variable}.</source>
        <translation>Introdúzcalo en Ajustes → aiOla, o ponga una clave de API en la variable de entorno {key_variable}.</translation>
    </message>
    <message>
        <source>Put it into {settings}, or into {key_variable}.</source>
        <translation>Introdúzcala en {settings} o póngala en {key_variable}.</translation>
    </message>
    <message>
        <source>Put the file back, or start Saywrite again: it begins a new history, and recordings are kept.</source>
        <translation>Devuelva el archivo a su lugar o vuelva a iniciar Saywrite: empieza un historial nuevo y las grabaciones se conservan.</translation>
    </message>
    <message>
        <source>Put them into the proxy's address in the system's settings or in HTTPS_PROXY (http://name:password@host:port).</source>
        <translation>Inclúyalos en la dirección del proxy, en los ajustes del sistema o en HTTPS_PROXY (http://name:password@host:port).</translation>
    </message>
    <message>
        <source>Put your company's address into Settings → aiOla, or an API key into {key_variable}.</source>
        <translation>Introduzca la dirección de su empresa en Ajustes → aiOla, o ponga una clave de API en {key_variable}.</translation>
    </message>
    <message>
        <source>Put your company's address into {settings}.</source>
        <translation>Introduzca la dirección de su empresa en {settings}.</translation>
    </message>
    <message>
        <source>Python packages</source>
        <translation>Paquetes de Python</translation>
    </message>
    <message>
        <source>quit background</source>
        <translation>salir cerrar segundo plano</translation>
    </message>
    <message>
        <source>Quit it and start it again.</source>
        <translation>Ciérrelo y vuelva a iniciarlo.</translation>
    </message>
    <message>
        <source>Quit it and start it again: it may be an older one.</source>
        <translation>Ciérrelo y vuelva a iniciarlo: puede que sea uno más antiguo.</translation>
    </message>
    <message>
        <source>quits a program</source>
        <translation>salir de un programa</translation>
    </message>
    <message>
        <source>Raise its input level in the sound settings, or come closer to it.</source>
        <translation>Suba su nivel de entrada en los ajustes de sonido o acérquese más.</translation>
    </message>
    <message>
        <source>Raise its level, then transcribe it again.</source>
        <translation>Suba su nivel y transcríbalo de nuevo.</translation>
    </message>
    <message>
        <source>Re&amp;move</source>
        <translation>&amp;Quitar</translation>
    </message>
    <message>
        <source>Reading the file…</source>
        <translation>Leyendo el archivo…</translation>
    </message>
    <message>
        <source>reads and writes sound files; it comes inside PyAV (BSD 3-Clause)</source>
        <translation>lee y escribe archivos de sonido; viene dentro de PyAV (BSD 3-Clause)</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Preparado</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>listo</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>Recibido</translation>
    </message>
    <message>
        <source>Recognition</source>
        <translation>Reconocimiento</translation>
    </message>
    <message>
        <source>Recognition models</source>
        <translation>Modelos de reconocimiento</translation>
    </message>
    <message>
        <source>Recognize the &amp;recordings again</source>
        <translation>&amp;Reconocer de nuevo las grabaciones</translation>
    </message>
    <message>
        <source>Recognized by {other} while {recognizer} was away</source>
        <translation>Reconocido por {other} mientras {recognizer} no estaba disponible</translation>
    </message>
    <message>
        <source>Recognized on this computer while {recognizer} was away</source>
        <translation>Reconocido en este equipo mientras {recognizer} no estaba disponible</translation>
    </message>
    <message>
        <source>Recognizer</source>
        <translation>Reconocedor</translation>
    </message>
    <message>
        <source>Recognizer and language</source>
        <translation>Reconocedor e idioma</translation>
    </message>
    <message>
        <source>Recognizer and language: {words}</source>
        <translation>Reconocedor e idioma: {words}</translation>
    </message>
    <message>
        <source>Recognizer and microphone</source>
        <translation>Reconocedor y micrófono</translation>
    </message>
    <message>
        <source>Recognizer of the second key</source>
        <translation>Reconocedor de la segunda tecla</translation>
    </message>
    <message>
        <source>Recognizer state</source>
        <translation>Estado del reconocedor</translation>
    </message>
    <message>
        <source>Recognizer: {word}</source>
        <translation>Reconocedor: {word}</translation>
    </message>
    <message>
        <source>Recognizing recording {done} of {number}</source>
        <translation>Reconociendo la grabación {done} de {number}</translation>
    </message>
    <message>
        <source>Recognizing your last dictation…</source>
        <translation>Reconociendo su último dictado…</translation>
    </message>
    <message>
        <source>reconnecting</source>
        <translation>reconectando</translation>
    </message>
    <message>
        <source>reconnecting in {left} s</source>
        <translation>reconexión en {left} s</translation>
    </message>
    <message>
        <source>Reconnecting, recording goes on</source>
        <translation>Reconectando, la grabación continúa</translation>
    </message>
    <message>
        <source>reconnecting…</source>
        <translation>reconectando…</translation>
    </message>
    <message>
        <source>Record or copy it again.</source>
        <translation>Grábelo o cópielo de nuevo.</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>Grabado</translation>
    </message>
    <message>
        <source>Recorded time</source>
        <translation>Tiempo grabado</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Grabación</translation>
    </message>
    <message>
        <source>Recording continues in both cases.</source>
        <translation>La grabación continúa en ambos casos.</translation>
    </message>
    <message>
        <source>Recording goes on as soon as sound arrives.</source>
        <translation>La grabación continuará en cuanto llegue sonido.</translation>
    </message>
    <message>
        <source>Recording goes on while the connection is being restored.</source>
        <translation>La grabación continúa mientras se restablece la conexión.</translation>
    </message>
    <message>
        <source>recording, text follows</source>
        <translation>grabando, el texto llegará después</translation>
    </message>
    <message>
        <source>Recording; the connection is being restored…</source>
        <translation>Grabando; se está restableciendo la conexión…</translation>
    </message>
    <message>
        <source>Recordings are kept until you choose in the settings for how long.</source>
        <translation>Las grabaciones se conservan hasta que elija en los ajustes durante cuánto tiempo.</translation>
    </message>
    <message>
        <source>Recordings whose text is missing now are offered to be transcribed again.</source>
        <translation>Las grabaciones cuyo texto falta ahora se ofrecen para transcribirlas de nuevo.</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>rechazado</translation>
    </message>
    <message>
        <source>refused, again in {left} s</source>
        <translation>rechazado, nuevo intento en {left} s</translation>
    </message>
    <message>
        <source>refused, trying again…</source>
        <translation>rechazado, intentándolo de nuevo…</translation>
    </message>
    <message>
        <source>refused: {reason}</source>
        <translation>rechazado: {reason}</translation>
    </message>
    <message>
        <source>Release to text</source>
        <translation>De soltar la tecla al texto</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Quitar</translation>
    </message>
    <message>
        <source>Remove it and download it again: saywrite models remove {model}, saywrite models download {model}</source>
        <translation>Elimínelo y descárguelo de nuevo: saywrite models remove {model}, saywrite models download {model}</translation>
    </message>
    <message>
        <source>Remove the selected keywords (Delete)</source>
        <translation>Quitar las palabras clave seleccionadas (Supr)</translation>
    </message>
    <message>
        <source>Remove {folder}.</source>
        <translation>Elimine {folder}.</translation>
    </message>
    <message>
        <source>Remove {label} from this computer?</source>
        <translation>¿Quitar {label} de este equipo?</translation>
    </message>
    <message>
        <source>Remove {path}.</source>
        <translation>Elimine {path}.</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Quitar…</translation>
    </message>
    <message>
        <source>Rename the folder, then try again.</source>
        <translation>Cambie el nombre de la carpeta y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>Restart it, or log out and in again.</source>
        <translation>Reinícielo, o cierre la sesión y vuelva a iniciarla.</translation>
    </message>
    <message>
        <source>Restart Saywrite; if that does not help, install it again.</source>
        <translation>Reinicie Saywrite; si no sirve, reinstálelo.</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Reanudar</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Reintentar</translation>
    </message>
    <message>
        <source>Retry {name}</source>
        <translation>Reintentar: {name}</translation>
    </message>
    <message>
        <source>Right {key}</source>
        <translation>{key} (derecha)</translation>
    </message>
    <message>
        <source>Rules for single programs</source>
        <translation>Reglas para programas concretos</translation>
    </message>
    <message>
        <source>Run: chmod 700 {folder}</source>
        <translation>Ejecute: chmod 700 {folder}</translation>
    </message>
    <message>
        <source>runs a command</source>
        <translation>ejecutar una orden</translation>
    </message>
    <message>
        <source>runs the speech models; its wheels carry libgomp (GPL 3 with the GCC runtime library exception)</source>
        <translation>ejecuta los modelos de voz; sus paquetes wheel contienen libgomp (GPL 3 con la excepción de la biblioteca de ejecución de GCC)</translation>
    </message>
    <message>
        <source>S&amp;how</source>
        <translation>&amp;Mostrar</translation>
    </message>
    <message>
        <source>S&amp;kip</source>
        <translation>&amp;Omitir</translation>
    </message>
    <message>
        <source>S&amp;peed…</source>
        <translation>V&amp;elocidad…</translation>
    </message>
    <message>
        <source>S&amp;top testing</source>
        <translation>De&amp;tener la prueba</translation>
    </message>
    <message>
        <source>S&amp;wap with “{other}”</source>
        <translation>Interca&amp;mbiar con «{other}»</translation>
    </message>
    <message>
        <source>Same as the first key</source>
        <translation>Como la primera tecla</translation>
    </message>
    <message>
        <source>Same as the system</source>
        <translation>Como el sistema</translation>
    </message>
    <message>
        <source>Save audio</source>
        <translation>Guardar audio</translation>
    </message>
    <message>
        <source>Save audio…</source>
        <translation>Guardar audio…</translation>
    </message>
    <message>
        <source>Save the sound to a file first.</source>
        <translation>Guarde primero el sonido en un archivo.</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>Guardado</translation>
    </message>
    <message>
        <source>Saved as {name}</source>
        <translation>Guardado como {name}</translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation>{name}: guardado</translation>
    </message>
    <message>
        <source>saves</source>
        <translation>guardar</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Guardando…</translation>
    </message>
    <message>
        <source>Say a sentence</source>
        <translation>Diga una frase</translation>
    </message>
    <message>
        <source>Say how to write “{spoken}”: the written form is empty.</source>
        <translation>Indique cómo se escribe «{spoken}»: la forma escrita está vacía.</translation>
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
        <translation>Indique qué se oye: la forma hablada está vacía.</translation>
    </message>
    <message>
        <source>Say “k eight s”, write “Kubernetes”.

Names, products, jargon: on the left as heard, on the right as written.</source>
        <translation>Diga «k ocho s», escriba «Kubernetes».

Nombres, productos, jerga: a la izquierda como se oye, a la derecha como se escribe.</translation>
    </message>
    <message>
        <source>Saywrite</source>
        <translation>Saywrite</translation>
    </message>
    <message>
        <source>Saywrite (process {pid}) does not answer.</source>
        <translation>Saywrite (proceso {pid}) no responde.</translation>
    </message>
    <message>
        <source>Saywrite cannot be asked: {reason}.</source>
        <translation>No se puede consultar a Saywrite: {reason}.</translation>
    </message>
    <message>
        <source>Saywrite cannot be started with the session: the name {path} is no valid text.</source>
        <translation>Saywrite no puede iniciarse con la sesión: el nombre {path} no es un texto válido.</translation>
    </message>
    <message>
        <source>Saywrite cannot use this key. Press another one.</source>
        <translation>Saywrite no puede usar esta tecla. Pulse otra.</translation>
    </message>
    <message>
        <source>Saywrite hears the key, in every program.</source>
        <translation>Saywrite capta la tecla en todos los programas.</translation>
    </message>
    <message>
        <source>Saywrite is already running on {display}; its window is there. Quit it there first to have it here, or start it with --data and another folder.</source>
        <translation>Saywrite ya está en marcha en {display}; su ventana está allí. Ciérrelo allí primero para tenerlo aquí, o inícielo con --data y otra carpeta.</translation>
    </message>
    <message>
        <source>Saywrite is already running with this data folder (process {pid} on {host}).</source>
        <translation>Saywrite ya está en marcha con esta carpeta de datos (proceso {pid} en {host}).</translation>
    </message>
    <message>
        <source>Saywrite is already running with this data folder.</source>
        <translation>Saywrite ya está en marcha con esta carpeta de datos.</translation>
    </message>
    <message>
        <source>Saywrite is not running.</source>
        <translation>Saywrite no está en marcha.</translation>
    </message>
    <message>
        <source>Saywrite is running (process {pid}) but takes no commands.</source>
        <translation>Saywrite está en marcha (proceso {pid}), pero no acepta órdenes.</translation>
    </message>
    <message>
        <source>Saywrite is under the MIT license. Its parts have licenses of their own.</source>
        <translation>Saywrite se distribuye con la licencia MIT. Sus componentes tienen sus propias licencias.</translation>
    </message>
    <message>
        <source>Saywrite itself had the focus, so the text was not inserted anywhere.</source>
        <translation>Saywrite mismo estaba activo, por lo que el texto no se insertó en ningún lugar.</translation>
    </message>
    <message>
        <source>Saywrite may not write to {place}</source>
        <translation>Saywrite no tiene permiso para escribir en {place}</translation>
    </message>
    <message>
        <source>Saywrite may not write to {place}.</source>
        <translation>Saywrite no tiene permiso para escribir en {place}.</translation>
    </message>
    <message>
        <source>Saywrite opens no connection to the network: it does not use aiOla and downloads no models.</source>
        <translation>Saywrite no abre ninguna conexión de red: no usa aiOla ni descarga modelos.</translation>
    </message>
    <message>
        <source>Saywrite overlay</source>
        <translation>Panel flotante de Saywrite</translation>
    </message>
    <message>
        <source>Saywrite stays here</source>
        <translation>Saywrite se queda aquí</translation>
    </message>
    <message>
        <source>Saywrite stays in the tray. If there is no tray, closing the window quits.</source>
        <translation>Saywrite se queda en la bandeja del sistema. Si no hay bandeja, al cerrar la ventana se sale del programa.</translation>
    </message>
    <message>
        <source>Saywrite stays open as a window. On GNOME the extension AppIndicator adds a tray.</source>
        <translation>Saywrite se queda abierto como ventana. En GNOME, la extensión AppIndicator añade una bandeja del sistema.</translation>
    </message>
    <message>
        <source>Saywrite {version} is there.</source>
        <translation>Saywrite {version} está disponible.</translation>
    </message>
    <message>
        <source>Saywrite {version} · Python {python_version} · Qt {qVersion} · {platform}</source>
        <translation>Saywrite {version} · Python {python_version} · Qt {qVersion} · {platform}</translation>
    </message>
    <message>
        <source>Saywrite: say “{phrase}”. The microphone is open.</source>
        <translation>Saywrite: diga «{phrase}». El micrófono está abierto.</translation>
    </message>
    <message>
        <source>Saywrite: {words}{preroll}</source>
        <translation>Saywrite: {words}{preroll}</translation>
    </message>
    <message>
        <source>Se&amp;ttings…</source>
        <translation>&amp;Ajustes…</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Buscar</translation>
    </message>
    <message>
        <source>Search in everything you dictated</source>
        <translation>Buscar en todo lo que dictó</translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation>Buscar en el historial</translation>
    </message>
    <message>
        <source>Search the settings</source>
        <translation>Buscar en los ajustes</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Búsqueda en curso…</translation>
    </message>
    <message>
        <source>Second key</source>
        <translation>Segunda tecla</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>Seleccion&amp;ar todo</translation>
    </message>
    <message>
        <source>selects all</source>
        <translation>seleccionar todo</translation>
    </message>
    <message>
        <source>Send it again when it is complete.</source>
        <translation>Envíelo de nuevo cuando esté completo.</translation>
    </message>
    <message>
        <source>sending the file</source>
        <translation>envío del archivo</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Enviado</translation>
    </message>
    <message>
        <source>Sent to</source>
        <translation>Enviado a</translation>
    </message>
    <message>
        <source>Sent to {program}; it does not tell whether it took the text</source>
        <translation>Enviado a {program}; el programa no indica si aceptó el texto</translation>
    </message>
    <message>
        <source>sent {sent}</source>
        <translation>enviado {sent}</translation>
    </message>
    <message>
        <source>Service address</source>
        <translation>Dirección del servicio</translation>
    </message>
    <message>
        <source>Set it to 48,000 Hz in the system's sound settings, or choose another microphone.</source>
        <translation>Ajústelo a 48 000 Hz en los ajustes de sonido del sistema o elija otro micrófono.</translation>
    </message>
    <message>
        <source>Set its date and time; dictation works all the same.</source>
        <translation>Ajuste su fecha y hora; el dictado funciona de todos modos.</translation>
    </message>
    <message>
        <source>Set the computer's date and time, then try again.</source>
        <translation>Ajuste la fecha y la hora del equipo e inténtelo de nuevo.</translation>
    </message>
    <message>
        <source>Set XDG_RUNTIME_DIR to a folder with a shorter path.</source>
        <translation>Asigne a XDG_RUNTIME_DIR una carpeta con una ruta más corta.</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Ajustes</translation>
    </message>
    <message>
        <source>Settings &gt; Keyboard &gt; View and Customize Shortcuts &gt; Custom Shortcuts: add one with this command</source>
        <translation>Configuración &gt; Teclado &gt; Ver y personalizar atajos &gt; Atajos personalizados: añada uno con esta orden</translation>
    </message>
    <message>
        <source>Settings → aiOla</source>
        <translation>Ajustes → aiOla</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>&amp;Mostrar</translation>
    </message>
    <message>
        <source>shortcut hotkey</source>
        <translation>atajo de teclado combinación de teclas</translation>
    </message>
    <message>
        <source>shortcut hotkey voice start stop listening accessibility</source>
        <translation>atajo de teclado combinación de teclas manos libres voz control por voz iniciar detener escuchar accesibilidad</translation>
    </message>
    <message>
        <source>shortcut push-to-talk</source>
        <translation>atajo de teclado combinación de teclas acceso directo</translation>
    </message>
    <message>
        <source>Shortest speech</source>
        <translation>Voz más corta</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Mostrar</translation>
    </message>
    <message>
        <source>Show &amp;window</source>
        <translation>Mostrar &amp;ventana</translation>
    </message>
    <message>
        <source>Show all dictations</source>
        <translation>Mostrar todos los dictados</translation>
    </message>
    <message>
        <source>Show fewer messages</source>
        <translation>Mostrar menos mensajes</translation>
    </message>
    <message>
        <source>Show text</source>
        <translation>Mostrar el texto</translation>
    </message>
    <message>
        <source>Show the &amp;files</source>
        <translation>Mostrar los &amp;archivos</translation>
    </message>
    <message>
        <source>Show the keywords</source>
        <translation>Mostrar las palabras clave</translation>
    </message>
    <message>
        <source>Show the text of {name}</source>
        <translation>Mostrar el texto: {name}</translation>
    </message>
    <message>
        <source>Show the unfinished dictations</source>
        <translation>Mostrar los dictados sin terminar</translation>
    </message>
    <message>
        <source>Show the waveform</source>
        <translation>Mostrar la forma de onda</translation>
    </message>
    <message>
        <source>Show words while you speak</source>
        <translation>Mostrar las palabras al hablar</translation>
    </message>
    <message>
        <source>Shows words while you speak and writes while aiOla cannot be reached. Needs a recognition model.</source>
        <translation>Muestra las palabras al hablar y escribe mientras no se puede acceder a aiOla. Necesita un modelo de reconocimiento.</translation>
    </message>
    <message>
        <source>shows your keywords: names and terms as you write them</source>
        <translation>muestra sus palabras clave: nombres y términos tal como los escribe</translation>
    </message>
    <message>
        <source>Sign in with</source>
        <translation>Iniciar sesión con</translation>
    </message>
    <message>
        <source>Sign-in address</source>
        <translation>Dirección de inicio de sesión</translation>
    </message>
    <message>
        <source>Signed in at {host}.</source>
        <translation>Sesión iniciada en {host}.</translation>
    </message>
    <message>
        <source>signing in</source>
        <translation>inicio de sesión</translation>
    </message>
    <message>
        <source>Signing in failed ({name}).</source>
        <translation>El inicio de sesión falló ({name}).</translation>
    </message>
    <message>
        <source>Some sound got lost on its way.</source>
        <translation>Se perdió algo de sonido por el camino.</translation>
    </message>
    <message>
        <source>Some terminals run a command at every line break.</source>
        <translation>Algunos terminales ejecutan una orden en cada salto de línea.</translation>
    </message>
    <message>
        <source>Something went wrong inside Saywrite.</source>
        <translation>Algo falló dentro de Saywrite.</translation>
    </message>
    <message>
        <source>Something went wrong inside Saywrite. What you said is kept in the recording.</source>
        <translation>Algo falló dentro de Saywrite. Lo que dijo se conserva en la grabación.</translation>
    </message>
    <message>
        <source>Something went wrong while the text was being inserted.</source>
        <translation>Algo falló mientras se insertaba el texto.</translation>
    </message>
    <message>
        <source>Sound goes to {host}.</source>
        <translation>El sonido va a {host}.</translation>
    </message>
    <message>
        <source>Sound system</source>
        <translation>Sistema de sonido</translation>
    </message>
    <message>
        <source>Sound that has no text yet can no longer be read.</source>
        <translation>Ya no se puede leer una parte del sonido que aún no tiene texto.</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Origen</translation>
    </message>
    <message>
        <source>Spanish</source>
        <translation>Español</translation>
    </message>
    <message>
        <source>Speak</source>
        <translation>Hablar</translation>
    </message>
    <message>
        <source>Speak up, move closer, or raise the input level in the sound settings of this computer.</source>
        <translation>Hable más alto, acérquese o suba el nivel de entrada en los ajustes de sonido de este equipo.</translation>
    </message>
    <message>
        <source>Speak while “{status}” is shown.</source>
        <translation>Hable mientras se muestra «{status}».</translation>
    </message>
    <message>
        <source>Speak, and it is written.</source>
        <translation>Hable, y queda escrito.</translation>
    </message>
    <message>
        <source>Speak, then press it again: your words are inserted where you type.</source>
        <translation>Hable y pulse la tecla otra vez: sus palabras se insertan donde escribe.</translation>
    </message>
    <message>
        <source>Speak, then release the key: your words are inserted where you type.</source>
        <translation>Hable y suelte la tecla: sus palabras se insertan donde escribe.</translation>
    </message>
    <message>
        <source>Speak. Your words appear here as you say them.</source>
        <translation>Hable. Sus palabras aparecen aquí a medida que las dice.</translation>
    </message>
    <message>
        <source>Speak. Your words are written as soon as the model is here.</source>
        <translation>Hable. Sus palabras se escribirán en cuanto el modelo esté disponible.</translation>
    </message>
    <message>
        <source>Speech</source>
        <translation>Voz</translation>
    </message>
    <message>
        <source>Speech by month and host</source>
        <translation>Voz por mes y host</translation>
    </message>
    <message>
        <source>Speech counts for a host when any of it was sent there. Dictations that you delete stay in the sums of their month, without their text.</source>
        <translation>La voz cuenta para un host si se envió allí alguna parte de ella. Los dictados que elimine permanecen en los totales de su mes, sin su texto.</translation>
    </message>
    <message>
        <source>speech models by OpenAI, converted by Systran (faster-whisper) and dropbox-dash, with 8-bit integers made here</source>
        <translation>modelos de voz de OpenAI, convertidos por Systran (faster-whisper) y dropbox-dash, pasados aquí a enteros de 8 bits</translation>
    </message>
    <message>
        <source>Speech threshold</source>
        <translation>Umbral de voz</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>Velocidad</translation>
    </message>
    <message>
        <source>Speed of each step</source>
        <translation>Velocidad de cada paso</translation>
    </message>
    <message>
        <source>Speed of each step: median, 95th percentile</source>
        <translation>Velocidad de cada paso: mediana, percentil 95</translation>
    </message>
    <message>
        <source>Speed – Saywrite</source>
        <translation>Velocidad – Saywrite</translation>
    </message>
    <message>
        <source>spoken</source>
        <translation>forma hablada</translation>
    </message>
    <message>
        <source>Spoken punctuation</source>
        <translation>Puntuación dictada</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Iniciar</translation>
    </message>
    <message>
        <source>Start again; if it happens again, send the log (Help &gt; Copy diagnostics).</source>
        <translation>Empiece de nuevo; si vuelve a ocurrir, envíe el registro (Ayuda &gt; Copiar diagnóstico).</translation>
    </message>
    <message>
        <source>Start again; if that does not help, “saywrite doctor” and the log tell more.</source>
        <translation>Empiece de nuevo; si no sirve, «saywrite doctor» y el registro dicen más.</translation>
    </message>
    <message>
        <source>Start at login</source>
        <translation>Abrir al iniciar sesión</translation>
    </message>
    <message>
        <source>Start dictation</source>
        <translation>Iniciar dictado</translation>
    </message>
    <message>
        <source>Start in the tray</source>
        <translation>Iniciar en la bandeja del sistema</translation>
    </message>
    <message>
        <source>Start it with: saywrite</source>
        <translation>Inícielo con: saywrite</translation>
    </message>
    <message>
        <source>Start Saywrite again.</source>
        <translation>Vuelva a iniciar Saywrite.</translation>
    </message>
    <message>
        <source>Start Saywrite again. Recordings are kept, and their text is made again where it is missing.</source>
        <translation>Vuelva a iniciar Saywrite. Las grabaciones se conservan y su texto se vuelve a crear donde falta.</translation>
    </message>
    <message>
        <source>Start Saywrite again: it sets the file aside, keeps what can be read of it and begins a new history. Recordings are not affected.</source>
        <translation>Vuelva a iniciar Saywrite: aparta el archivo, conserva lo que se puede leer de él y empieza un historial nuevo. Las grabaciones no se ven afectadas.</translation>
    </message>
    <message>
        <source>Start Saywrite again; it offers the recording. Help &gt; Copy diagnostics helps us to find the cause.</source>
        <translation>Inicie Saywrite de nuevo; le ofrecerá la grabación. Ayuda &gt; Copiar diagnóstico nos ayuda a encontrar la causa.</translation>
    </message>
    <message>
        <source>Start Saywrite from the desktop, not from another session.</source>
        <translation>Inicie Saywrite desde el escritorio, no desde otra sesión.</translation>
    </message>
    <message>
        <source>start with --data and another folder</source>
        <translation>inicie Saywrite con --data y otra carpeta</translation>
    </message>
    <message>
        <source>Starting, press to stop</source>
        <translation>Iniciando, pulse para detener</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Iniciando…</translation>
    </message>
    <message>
        <source>starts and stops in this window</source>
        <translation>inicia y detiene el dictado en esta ventana</translation>
    </message>
    <message>
        <source>Starts and stops without the key</source>
        <translation>Inicia y detiene el dictado sin la tecla</translation>
    </message>
    <message>
        <source>Stay connected for</source>
        <translation>Mantener la conexión durante</translation>
    </message>
    <message>
        <source>Step {number} of {steps}: {name}</source>
        <translation>Paso {number} de {steps}: {name}</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Detener</translation>
    </message>
    <message>
        <source>Stop &amp;without waiting for text</source>
        <translation>Detener &amp;sin esperar el texto</translation>
    </message>
    <message>
        <source>Stop (Ctrl+P)</source>
        <translation>Detener (Ctrl+P)</translation>
    </message>
    <message>
        <source>Stop dictation, recording now</source>
        <translation>Detener dictado, grabando ahora</translation>
    </message>
    <message>
        <source>Stop dictation, recording now, reconnecting</source>
        <translation>Detener dictado, grabando ahora, reconectando</translation>
    </message>
    <message>
        <source>Stop it first, then transcribe the file.</source>
        <translation>Deténgalo primero y transcriba después el archivo.</translation>
    </message>
    <message>
        <source>Stop it first, then transcribe the unfinished one.</source>
        <translation>Deténgalo primero y transcriba después el dictado sin terminar.</translation>
    </message>
    <message>
        <source>Stop it first.</source>
        <translation>Deténgalo primero.</translation>
    </message>
    <message>
        <source>Stop it there first.</source>
        <translation>Deténgalo allí primero.</translation>
    </message>
    <message>
        <source>Stop that download first.</source>
        <translation>Detenga primero esa descarga.</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Detenido.</translation>
    </message>
    <message>
        <source>Structured results</source>
        <translation>Resultados estructurados</translation>
    </message>
    <message>
        <source>Su&amp;ggestions</source>
        <translation>Su&amp;gerencias</translation>
    </message>
    <message>
        <source>Su&amp;ggestions ({number})</source>
        <translation>Su&amp;gerencias ({number})</translation>
    </message>
    <message>
        <source>SubRip subtitles</source>
        <translation>Subtítulos SubRip</translation>
    </message>
    <message>
        <source>Subtitles need the times of the words, and this text has none.</source>
        <translation>Los subtítulos necesitan los tiempos de las palabras, y este texto no los tiene.</translation>
    </message>
    <message>
        <source>Suggest keywords from my &amp;corrections</source>
        <translation>Sugerir palabras clave a partir de mis &amp;correcciones</translation>
    </message>
    <message>
        <source>Suggest keywords from my corrections</source>
        <translation>Sugerir palabras clave a partir de mis correcciones</translation>
    </message>
    <message>
        <source>Suggested keywords</source>
        <translation>Palabras clave sugeridas</translation>
    </message>
    <message>
        <source>Switch the hands-free mode on and off</source>
        <translation>Activar o desactivar el modo de manos libres</translation>
    </message>
    <message>
        <source>switches between programs</source>
        <translation>cambiar de programa</translation>
    </message>
    <message>
        <source>switches between windows</source>
        <translation>cambiar de ventana</translation>
    </message>
    <message>
        <source>Switches the hands-free mode on and off.</source>
        <translation>Activa y desactiva el modo de manos libres.</translation>
    </message>
    <message>
        <source>switches the input method (IBus, Fcitx)</source>
        <translation>cambiar el método de entrada (IBus, Fcitx)</translation>
    </message>
    <message>
        <source>switches the input source</source>
        <translation>cambiar la fuente de entrada</translation>
    </message>
    <message>
        <source>switches the keyboard layout</source>
        <translation>cambiar la distribución del teclado</translation>
    </message>
    <message>
        <source>System default</source>
        <translation>Predeterminado del sistema</translation>
    </message>
    <message>
        <source>System Settings &gt; Keyboard &gt; Shortcuts &gt; Add New &gt; Command: enter this command</source>
        <translation>Preferencias del sistema &gt; Teclado &gt; Atajos &gt; Añadir nuevo &gt; Orden: escriba esta orden</translation>
    </message>
    <message>
        <source>takes a picture of the screen</source>
        <translation>hacer una captura de pantalla</translation>
    </message>
    <message>
        <source>Tap to start and stop</source>
        <translation>Pulsar para iniciar y detener</translation>
    </message>
    <message>
        <source>Test of the connection</source>
        <translation>Prueba de la conexión</translation>
    </message>
    <message>
        <source>Testing…</source>
        <translation>Probando…</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Texto</translation>
    </message>
    <message>
        <source>Text it has now</source>
        <translation>Texto actual</translation>
    </message>
    <message>
        <source>Text of the dictation</source>
        <translation>Texto del dictado</translation>
    </message>
    <message>
        <source>Text to inserted</source>
        <translation>Del texto a la inserción</translation>
    </message>
    <message>
        <source>Text to show</source>
        <translation>Texto que se muestra</translation>
    </message>
    <message>
        <source>Text until {until}: {origin}</source>
        <translation>Texto anterior ({until}): {origin}</translation>
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
        <translation>Textos de este dictado</translation>
    </message>
    <message>
        <source>Texts with hits</source>
        <translation>Textos con coincidencias</translation>
    </message>
    <message>
        <source>That did not work</source>
        <translation>Eso no funcionó</translation>
    </message>
    <message>
        <source>That is silence.</source>
        <translation>Solo hay silencio.</translation>
    </message>
    <message>
        <source>That took {took} from the end of your words to the text.</source>
        <translation>Desde el final de sus palabras hasta el texto pasaron {took}.</translation>
    </message>
    <message>
        <source>The access token contains characters that cannot occur in one.</source>
        <translation>El token de acceso contiene caracteres que no puede tener.</translation>
    </message>
    <message>
        <source>The access token is there.</source>
        <translation>El token de acceso está disponible.</translation>
    </message>
    <message>
        <source>The address of the proxy cannot be read.</source>
        <translation>No se puede leer la dirección del proxy.</translation>
    </message>
    <message>
        <source>The API key contains characters that cannot occur in one.</source>
        <translation>La clave de API contiene caracteres que no puede tener.</translation>
    </message>
    <message>
        <source>The clipboard could not be used, so the text was not inserted.</source>
        <translation>No se pudo usar el portapapeles, por lo que el texto no se insertó.</translation>
    </message>
    <message>
        <source>The command does not come from this user.</source>
        <translation>La orden no viene de este usuario.</translation>
    </message>
    <message>
        <source>The computer was asleep.</source>
        <translation>El equipo estaba en reposo.</translation>
    </message>
    <message>
        <source>The computer was too busy to take all sound.</source>
        <translation>El equipo estaba demasiado ocupado para captar todo el sonido.</translation>
    </message>
    <message>
        <source>The configuration of the sound system ALSA is missing or damaged.</source>
        <translation>La configuración del sistema de sonido ALSA falta o está dañada.</translation>
    </message>
    <message>
        <source>The connection is made anew.</source>
        <translation>La conexión se establece de nuevo.</translation>
    </message>
    <message>
        <source>The connection to aiOla no longer answers.</source>
        <translation>La conexión con aiOla ya no responde.</translation>
    </message>
    <message>
        <source>The connection to the X display was lost, so the text could not be put into another program.</source>
        <translation>Se perdió la conexión con la pantalla X, por lo que el texto no se pudo insertar en otro programa.</translation>
    </message>
    <message>
        <source>The connection to {host} failed ({detail}, while {doing}).</source>
        <translation>La conexión con {host} falló ({detail}, durante: {doing}).</translation>
    </message>
    <message>
        <source>The connection to {host} was lost.</source>
        <translation>Se perdió la conexión con {host}.</translation>
    </message>
    <message>
        <source>the connection was cut</source>
        <translation>se cortó la conexión</translation>
    </message>
    <message>
        <source>The delay cannot be measured: the service does not answer pings.</source>
        <translation>No se puede medir el retardo: el servicio no responde a los pings.</translation>
    </message>
    <message>
        <source>The delay is {milliseconds} ms.</source>
        <translation>El retardo es de {milliseconds} ms.</translation>
    </message>
    <message>
        <source>The desktop could not let Saywrite insert text into other programs.</source>
        <translation>El escritorio no pudo dejar que Saywrite insertara texto en otros programas.</translation>
    </message>
    <message>
        <source>The desktop could not set up the key.</source>
        <translation>El escritorio no pudo configurar la tecla.</translation>
    </message>
    <message>
        <source>The desktop does not let Saywrite insert text into other programs.</source>
        <translation>El escritorio no deja que Saywrite inserte texto en otros programas.</translation>
    </message>
    <message>
        <source>The desktop gave Saywrite no keyboard or no clipboard to insert text with.</source>
        <translation>El escritorio no dio a Saywrite un teclado o un portapapeles con el que insertar texto.</translation>
    </message>
    <message>
        <source>The desktop has no key for {value} yet.</source>
        <translation>El escritorio aún no tiene ninguna tecla para {value}.</translation>
    </message>
    <message>
        <source>The desktop no longer tells which keys are pressed.</source>
        <translation>El escritorio ya no indica qué teclas están pulsadas.</translation>
    </message>
    <message>
        <source>The desktop took the key away.</source>
        <translation>El escritorio retiró la tecla.</translation>
    </message>
    <message>
        <source>The desktop was not allowed to give Saywrite a key.</source>
        <translation>No se permitió que el escritorio diera una tecla a Saywrite.</translation>
    </message>
    <message>
        <source>The desktop was not allowed to let Saywrite insert text into other programs.</source>
        <translation>No se permitió al escritorio dejar que Saywrite insertara texto en otros programas.</translation>
    </message>
    <message>
        <source>The desktop's portal does not answer.</source>
        <translation>El portal del escritorio no responde.</translation>
    </message>
    <message>
        <source>The diagnostics could not be made: {error}</source>
        <translation>No se pudo crear el diagnóstico: {error}</translation>
    </message>
    <message>
        <source>The dictation goes on; the place is marked in the transcript.</source>
        <translation>El dictado continúa; el lugar está marcado en la transcripción.</translation>
    </message>
    <message>
        <source>The dictation stopped working because of an error in Saywrite. What was recorded is on disk.</source>
        <translation>El dictado se interrumpió por un error en Saywrite. Lo grabado está en el disco.</translation>
    </message>
    <message>
        <source>The dictation was cancelled</source>
        <translation>El dictado se canceló</translation>
    </message>
    <message>
        <source>The dictation was cancelled.</source>
        <translation>El dictado se canceló.</translation>
    </message>
    <message>
        <source>The dictation was ended: the longest time for a dictation was reached.</source>
        <translation>El dictado terminó: se alcanzó el tiempo máximo para un dictado.</translation>
    </message>
    <message>
        <source>The dictation was not transcribed again.</source>
        <translation>El dictado no se transcribió de nuevo.</translation>
    </message>
    <message>
        <source>The disk has refused the recording for half an hour. What came before is kept in memory; what follows is not kept.</source>
        <translation>El disco lleva media hora rechazando la grabación. Lo anterior se conserva en la memoria; lo que sigue no se conserva.</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>el disco está lleno</translation>
    </message>
    <message>
        <source>The disk is full.</source>
        <translation>El disco está lleno.</translation>
    </message>
    <message>
        <source>The disk is full: the history cannot be written.</source>
        <translation>El disco está lleno: no se puede escribir el historial.</translation>
    </message>
    <message>
        <source>The disk is not keeping up: the newest sound is only in memory yet.</source>
        <translation>El disco no da abasto: el sonido más reciente solo está en la memoria por ahora.</translation>
    </message>
    <message>
        <source>The display cannot be reached, so no key is heard.</source>
        <translation>No se puede acceder a la pantalla, por lo que no se capta ninguna tecla.</translation>
    </message>
    <message>
        <source>The display has gone; no key is heard any more.</source>
        <translation>La pantalla ya no está disponible; ya no se capta ninguna tecla.</translation>
    </message>
    <message>
        <source>The download of {label} is paused at {arrived}.</source>
        <translation>La descarga de {label} está en pausa en {arrived}.</translation>
    </message>
    <message>
        <source>The fewest errors; for strong computers: eight cores or more.</source>
        <translation>El que menos errores comete; para equipos potentes: ocho núcleos o más.</translation>
    </message>
    <message>
        <source>The file about new versions cannot be read.</source>
        <translation>No se puede leer el archivo sobre versiones nuevas.</translation>
    </message>
    <message>
        <source>The file about new versions is not signed by Saywrite.</source>
        <translation>El archivo sobre versiones nuevas no está firmado por Saywrite.</translation>
    </message>
    <message>
        <source>The file about new versions is too long.</source>
        <translation>El archivo sobre versiones nuevas es demasiado largo.</translation>
    </message>
    <message>
        <source>The file became shorter while it was sent.</source>
        <translation>El archivo se acortó mientras se enviaba.</translation>
    </message>
    <message>
        <source>The file cannot be read: {reason}.</source>
        <translation>No se puede leer el archivo: {reason}.</translation>
    </message>
    <message>
        <source>The file could not be sent to {host} ({name}).</source>
        <translation>No se pudo enviar el archivo a {host} ({name}).</translation>
    </message>
    <message>
        <source>The file holds no sound.</source>
        <translation>El archivo no contiene sonido.</translation>
    </message>
    <message>
        <source>The focus is not in the window in which you began ({program}), so the text was not inserted.</source>
        <translation>El foco no está en la ventana en la que empezó ({program}), por lo que el texto no se insertó.</translation>
    </message>
    <message>
        <source>The folder for Saywrite's socket has too long a name.</source>
        <translation>La carpeta del socket de Saywrite tiene un nombre demasiado largo.</translation>
    </message>
    <message>
        <source>the folder {place} is gone</source>
        <translation>la carpeta {place} ya no existe</translation>
    </message>
    <message>
        <source>The folder {place} is gone.</source>
        <translation>La carpeta {place} ya no existe.</translation>
    </message>
    <message>
        <source>The hands-free mode is off</source>
        <translation>El modo de manos libres está desactivado</translation>
    </message>
    <message>
        <source>The hands-free mode is on</source>
        <translation>El modo de manos libres está activado</translation>
    </message>
    <message>
        <source>The hands-free mode needs a recognition model on this computer, and there is none.</source>
        <translation>El modo de manos libres necesita un modelo de reconocimiento en este equipo, y no hay ninguno.</translation>
    </message>
    <message>
        <source>The history in {path} cannot be locked: another program uses it, or its disk knows no file locks.</source>
        <translation>No se puede bloquear el historial en {path}: otro programa lo usa o su disco no admite bloqueos de archivos.</translation>
    </message>
    <message>
        <source>The history in {path} cannot be opened for writing.</source>
        <translation>No se puede abrir el historial en {path} para escribir.</translation>
    </message>
    <message>
        <source>The history in {path} cannot be read from or written to its disk ({error}).</source>
        <translation>El historial en {path} no se puede leer de su disco ni escribir en él ({error}).</translation>
    </message>
    <message>
        <source>The history in {path} cannot be used ({error}).</source>
        <translation>No se puede usar el historial en {path} ({error}).</translation>
    </message>
    <message>
        <source>The history in {path} is damaged and in use by another Saywrite. It was left as it is.</source>
        <translation>El historial en {path} está dañado y lo usa otro Saywrite. Se dejó como estaba.</translation>
    </message>
    <message>
        <source>The history in {path} is damaged. It was left as it is.</source>
        <translation>El historial en {path} está dañado. Se dejó como estaba.</translation>
    </message>
    <message>
        <source>The history is closed.</source>
        <translation>El historial está cerrado.</translation>
    </message>
    <message>
        <source>The history is in use by another program.</source>
        <translation>Otro programa está usando el historial.</translation>
    </message>
    <message>
        <source>The history was damaged and is kept as {path}. None of its dictations could be read; a new history was begun.</source>
        <translation>El historial estaba dañado y se conserva como {path}. No se pudo leer ninguno de sus dictados; se empezó un historial nuevo.</translation>
    </message>
    <message numerus="yes">
        <source>The history was damaged and is kept as {path}. {n} dictations could be read; a new history was begun with what was read.</source>
        <extracomment>Singular: The history was damaged and is kept as {path}. {n} dictation could be read; a new history was begun with what was read.</extracomment>
        <translation>
            <numerusform>El historial estaba dañado y se conserva como {path}. Se pudo leer {n} dictado; con lo leído se empezó un historial nuevo.</numerusform>
            <numerusform>El historial estaba dañado y se conserva como {path}. Se pudieron leer {n} dictados; con lo leído se empezó un historial nuevo.</numerusform>
        </translation>
    </message>
    <message>
        <source>The history was written by a newer version of Saywrite. It was left as it is.</source>
        <translation>El historial lo escribió una versión más reciente de Saywrite. Se dejó como estaba.</translation>
    </message>
    <message>
        <source>The history {path} was moved or deleted while Saywrite uses it.</source>
        <translation>El historial {path} se movió o se eliminó mientras Saywrite lo usa.</translation>
    </message>
    <message>
        <source>The https address that returns an access token.</source>
        <translation>La dirección https que devuelve un token de acceso.</translation>
    </message>
    <message>
        <source>The key is kept until Saywrite is closed.</source>
        <translation>La clave se conserva hasta que se cierre Saywrite.</translation>
    </message>
    <message>
        <source>The key was not pressed yet.</source>
        <translation>Aún no se ha pulsado la tecla.</translation>
    </message>
    <message>
        <source>The keyring did not answer as it should ({name}).</source>
        <translation>El depósito de claves no respondió como debía ({name}).</translation>
    </message>
    <message>
        <source>The keyring does not answer.</source>
        <translation>El depósito de claves no responde.</translation>
    </message>
    <message>
        <source>The keyring is locked.</source>
        <translation>El depósito de claves está bloqueado.</translation>
    </message>
    <message>
        <source>The keyring is not open</source>
        <translation>El depósito de claves no está abierto</translation>
    </message>
    <message>
        <source>The keyring's question for its password was cancelled; nothing was read or saved.</source>
        <translation>Se canceló la petición de contraseña del depósito de claves; no se leyó ni se guardó nada.</translation>
    </message>
    <message>
        <source>The keys to insert the text could not be sent to {program}.</source>
        <translation>No se pudieron enviar a {program} las teclas para insertar el texto.</translation>
    </message>
    <message>
        <source>The keyword joins the list at the side and counts from the next words on.</source>
        <translation>La palabra clave se añade a la lista lateral y se aplica a partir de las próximas palabras.</translation>
    </message>
    <message>
        <source>The keywords were changed since then: try them again.</source>
        <translation>Las palabras clave cambiaron desde entonces: pruébelas de nuevo.</translation>
    </message>
    <message>
        <source>The keywords were changed.</source>
        <translation>Las palabras clave cambiaron.</translation>
    </message>
    <message>
        <source>The language of windows and messages.</source>
        <translation>El idioma de las ventanas y los mensajes.</translation>
    </message>
    <message>
        <source>The language you speak.</source>
        <translation>El idioma que habla.</translation>
    </message>
    <message>
        <source>The last insertion was too long ago.</source>
        <translation>La última inserción fue hace demasiado tiempo.</translation>
    </message>
    <message>
        <source>The last words are being written.</source>
        <translation>Se están escribiendo las últimas palabras.</translation>
    </message>
    <message>
        <source>The last {seconds:.0f} s have no text yet: {why}.</source>
        <translation>Los últimos {seconds:.0f} s aún no tienen texto: {why}.</translation>
    </message>
    <message>
        <source>The library that decodes sound files (PyAV) is missing or damaged.</source>
        <translation>La biblioteca que decodifica archivos de sonido (PyAV) falta o está dañada.</translation>
    </message>
    <message>
        <source>The log has more.</source>
        <translation>El registro contiene más información.</translation>
    </message>
    <message>
        <source>The log never contains what you say.</source>
        <translation>El registro nunca contiene lo que dice.</translation>
    </message>
    <message>
        <source>The log tells more.</source>
        <translation>El registro dice más.</translation>
    </message>
    <message>
        <source>The message above says why, and what helps.</source>
        <translation>El mensaje de arriba dice por qué y qué se puede hacer.</translation>
    </message>
    <message>
        <source>The microphone</source>
        <translation>El micrófono</translation>
    </message>
    <message>
        <source>The microphone changed to {label}.</source>
        <translation>El micrófono cambió a {label}.</translation>
    </message>
    <message>
        <source>The microphone closes after this time, even while the key is down.</source>
        <translation>El micrófono se cierra tras este tiempo, aunque la tecla siga pulsada.</translation>
    </message>
    <message>
        <source>The microphone could not be opened ({name}).</source>
        <translation>No se pudo abrir el micrófono ({name}).</translation>
    </message>
    <message>
        <source>The microphone could not be opened ({value}).</source>
        <translation>No se pudo abrir el micrófono ({value}).</translation>
    </message>
    <message>
        <source>The microphone is being opened.</source>
        <translation>Se está abriendo el micrófono.</translation>
    </message>
    <message>
        <source>The microphone is being opened…</source>
        <translation>Abriendo el micrófono…</translation>
    </message>
    <message>
        <source>The microphone is then open from the start of Saywrite.</source>
        <translation>El micrófono queda abierto desde el inicio de Saywrite.</translation>
    </message>
    <message>
        <source>The microphone offers no sample rate that Saywrite can use.</source>
        <translation>El micrófono no ofrece ninguna frecuencia de muestreo que Saywrite pueda usar.</translation>
    </message>
    <message>
        <source>The microphone was closed when the computer went to sleep.</source>
        <translation>El micrófono se cerró cuando el equipo entró en reposo.</translation>
    </message>
    <message>
        <source>The microphone was closed when the screen was locked.</source>
        <translation>El micrófono se cerró cuando se bloqueó la pantalla.</translation>
    </message>
    <message>
        <source>The microphone was closed: the key is no longer heard.</source>
        <translation>El micrófono se cerró: la tecla ya no se capta.</translation>
    </message>
    <message>
        <source>The microphone was closed: the time limit of the key was reached.</source>
        <translation>Se cerró el micrófono: se alcanzó el límite de tiempo de la tecla.</translation>
    </message>
    <message>
        <source>The microphone was not found.</source>
        <translation>No se encontró el micrófono.</translation>
    </message>
    <message>
        <source>The microphone went away.</source>
        <translation>El micrófono ya no está disponible.</translation>
    </message>
    <message>
        <source>The model cannot be saved: {reason}.</source>
        <translation>No se puede guardar el modelo: {reason}.</translation>
    </message>
    <message>
        <source>The model could not be tried: {reason}</source>
        <translation>No se pudo probar el modelo: {reason}</translation>
    </message>
    <message>
        <source>the name is too long</source>
        <translation>el nombre es demasiado largo</translation>
    </message>
    <message>
        <source>The name is too long.</source>
        <translation>El nombre es demasiado largo.</translation>
    </message>
    <message>
        <source>The next dictation starts faster while the connection is open.</source>
        <translation>El próximo dictado empieza antes mientras la conexión está abierta.</translation>
    </message>
    <message>
        <source>The official source</source>
        <translation>La fuente oficial</translation>
    </message>
    <message>
        <source>The one on this computer needs no network and no account.</source>
        <translation>El de este equipo no necesita red ni cuenta.</translation>
    </message>
    <message>
        <source>The page of Saywrite answers with {status_code}.</source>
        <translation>La página de Saywrite responde con {status_code}.</translation>
    </message>
    <message>
        <source>The page of Saywrite cannot be reached.</source>
        <translation>No se puede acceder a la página de Saywrite.</translation>
    </message>
    <message>
        <source>the proxy cannot be used</source>
        <translation>no se puede usar el proxy</translation>
    </message>
    <message>
        <source>The proxy does not let Saywrite through to {host} ({detail}).</source>
        <translation>El proxy no deja pasar a Saywrite hasta {host} ({detail}).</translation>
    </message>
    <message>
        <source>The proxy does not reach {host}.</source>
        <translation>El proxy no llega a {host}.</translation>
    </message>
    <message>
        <source>The proxy is of a kind that Saywrite cannot use.</source>
        <translation>El proxy es de un tipo que Saywrite no puede usar.</translation>
    </message>
    <message>
        <source>the proxy refuses the connection</source>
        <translation>el proxy rechaza la conexión</translation>
    </message>
    <message>
        <source>The proxy wants a user name and a password.</source>
        <translation>El proxy pide un nombre de usuario y una contraseña.</translation>
    </message>
    <message>
        <source>the quotation marks do not match.</source>
        <translation>faltan comillas de apertura o de cierre.</translation>
    </message>
    <message>
        <source>The reason is in its log.</source>
        <translation>El motivo figura en su registro.</translation>
    </message>
    <message>
        <source>The recognition model is not on this computer yet.</source>
        <translation>El modelo de reconocimiento aún no está en este equipo.</translation>
    </message>
    <message>
        <source>The recognition model that runs on this computer.</source>
        <translation>El modelo de reconocimiento que funciona en este equipo.</translation>
    </message>
    <message>
        <source>The recognition model {model} is damaged: it cannot be loaded.</source>
        <translation>El modelo de reconocimiento {model} está dañado: no se puede cargar.</translation>
    </message>
    <message>
        <source>The recognizer (CTranslate2) is not installed or cannot be loaded ({error}).</source>
        <translation>El reconocedor (CTranslate2) no está instalado o no se puede cargar ({error}).</translation>
    </message>
    <message>
        <source>The recognizer ended before the text was complete.</source>
        <translation>El reconocedor terminó antes de que el texto estuviera completo.</translation>
    </message>
    <message>
        <source>The recognizer is not available.</source>
        <translation>El reconocedor no está disponible.</translation>
    </message>
    <message>
        <source>The recognizer is unloaded after this time without a dictation. The next dictation loads it again.</source>
        <translation>El reconocedor se descarga de la memoria tras este tiempo sin dictados. El próximo dictado lo carga de nuevo.</translation>
    </message>
    <message>
        <source>The recognizer on this computer carries on.</source>
        <translation>El reconocedor de este equipo continúa.</translation>
    </message>
    <message>
        <source>The recognizer on this computer could not be started.</source>
        <translation>No se pudo iniciar el reconocedor de este equipo.</translation>
    </message>
    <message>
        <source>The recognizer on this computer ended or stopped answering, three times in a row.</source>
        <translation>El reconocedor de este equipo terminó o dejó de responder, tres veces seguidas.</translation>
    </message>
    <message>
        <source>The recording cannot be read back ({reason}).</source>
        <translation>No se puede volver a leer la grabación ({reason}).</translation>
    </message>
    <message>
        <source>the recording has reached the largest file size allowed here</source>
        <translation>la grabación ha alcanzado el mayor tamaño de archivo permitido aquí</translation>
    </message>
    <message>
        <source>The recording has reached the largest file size allowed here.</source>
        <translation>La grabación ha alcanzado el mayor tamaño de archivo permitido aquí.</translation>
    </message>
    <message>
        <source>The recording in {folder} cannot be opened ({reason}).</source>
        <translation>No se puede abrir la grabación en {folder} ({reason}).</translation>
    </message>
    <message>
        <source>The recording in {folder} cannot be read ({reason}).</source>
        <translation>No se puede leer la grabación en {folder} ({reason}).</translation>
    </message>
    <message>
        <source>The recording is kept as it is.</source>
        <translation>La grabación se conserva como está.</translation>
    </message>
    <message>
        <source>The recording is kept.</source>
        <translation>La grabación se conserva.</translation>
    </message>
    <message>
        <source>The recording is kept: transcribe it again for the text of the service.</source>
        <translation>La grabación se conserva: transcríbala de nuevo para obtener el texto del servicio.</translation>
    </message>
    <message>
        <source>The recording is not removed.</source>
        <translation>La grabación no se elimina.</translation>
    </message>
    <message>
        <source>The recording is saved up to {length}; new sound is kept in memory.</source>
        <translation>La grabación está guardada hasta {length}; el sonido nuevo se conserva en la memoria.</translation>
    </message>
    <message>
        <source>The recording itself is kept.</source>
        <translation>La grabación misma se conserva.</translation>
    </message>
    <message>
        <source>The recording of a dictation without its complete text stays among the unfinished ones.</source>
        <translation>La grabación de un dictado sin el texto completo se queda entre los dictados sin terminar.</translation>
    </message>
    <message>
        <source>The running Saywrite does not know this command.</source>
        <translation>El Saywrite en marcha no conoce esta orden.</translation>
    </message>
    <message>
        <source>The running Saywrite gave no answer that makes sense.</source>
        <translation>El Saywrite en marcha no dio una respuesta con sentido.</translation>
    </message>
    <message>
        <source>The Saywrite with this data folder belongs to another user.</source>
        <translation>El Saywrite con esta carpeta de datos pertenece a otro usuario.</translation>
    </message>
    <message>
        <source>The selected keyword is not in your last dictations.</source>
        <translation>La palabra clave seleccionada no aparece en sus últimos dictados.</translation>
    </message>
    <message>
        <source>the service</source>
        <translation>el servicio</translation>
    </message>
    <message>
        <source>The service's address contains more than a host and a path.</source>
        <translation>La dirección del servicio contiene más que un host y una ruta.</translation>
    </message>
    <message>
        <source>The service's address is not a valid address.</source>
        <translation>La dirección del servicio no es una dirección válida.</translation>
    </message>
    <message>
        <source>The service's address is not a web address.</source>
        <translation>La dirección del servicio no es una dirección web.</translation>
    </message>
    <message>
        <source>The service's address is not encrypted.</source>
        <translation>La dirección del servicio no está cifrada.</translation>
    </message>
    <message>
        <source>The session bus is gone, so text cannot be put into other programs.</source>
        <translation>El bus de sesión ya no está, por lo que no se puede insertar texto en otros programas.</translation>
    </message>
    <message>
        <source>The socket cannot be made: {reason}.</source>
        <translation>No se puede crear el socket: {reason}.</translation>
    </message>
    <message>
        <source>The sound could not be played ({name}).</source>
        <translation>No se pudo reproducir el sonido ({name}).</translation>
    </message>
    <message>
        <source>The sound could not be played.</source>
        <translation>No se pudo reproducir el sonido.</translation>
    </message>
    <message>
        <source>The sound is sent again.</source>
        <translation>El sonido se envía de nuevo.</translation>
    </message>
    <message>
        <source>The sound library cannot reach the sound server.</source>
        <translation>La biblioteca de sonido no puede acceder al servidor de sonido.</translation>
    </message>
    <message>
        <source>The sound library PortAudio is missing.</source>
        <translation>Falta la biblioteca de sonido PortAudio.</translation>
    </message>
    <message>
        <source>The sound server did not open the microphone (error {value}).</source>
        <translation>El servidor de sonido no abrió el micrófono (error {value}).</translation>
    </message>
    <message>
        <source>The sound server does not answer.</source>
        <translation>El servidor de sonido no responde.</translation>
    </message>
    <message>
        <source>The sound system does not answer.</source>
        <translation>El sistema de sonido no responde.</translation>
    </message>
    <message>
        <source>The sound system that has the microphone.</source>
        <translation>El sistema de sonido que tiene el micrófono.</translation>
    </message>
    <message>
        <source>the spoken form is empty.</source>
        <translation>la forma hablada está vacía.</translation>
    </message>
    <message>
        <source>the spoken form is not a text.</source>
        <translation>la forma hablada no es un texto.</translation>
    </message>
    <message>
        <source>The system does not let Saywrite use the microphone.</source>
        <translation>El sistema no deja que Saywrite use el micrófono.</translation>
    </message>
    <message>
        <source>The system keeps this, so its own settings show it too.</source>
        <translation>El sistema guarda este ajuste, por lo que también aparece en los suyos.</translation>
    </message>
    <message>
        <source>The system's microphone is now {label}.</source>
        <translation>El micrófono del sistema ahora es {label}.</translation>
    </message>
    <message>
        <source>The test broke off; the log says why.</source>
        <translation>La prueba se interrumpió; el registro dice por qué.</translation>
    </message>
    <message>
        <source>The text in {program} was changed since then, or the cursor was moved, so nothing was undone.</source>
        <translation>El texto de {program} se cambió desde entonces o se movió el cursor, por lo que no se deshizo nada.</translation>
    </message>
    <message>
        <source>The text is in the history and can be copied from there.</source>
        <translation>El texto está en el historial y se puede copiar desde allí.</translation>
    </message>
    <message>
        <source>The text is on the clipboard, as you chose.</source>
        <translation>El texto está en el portapapeles, como eligió.</translation>
    </message>
    <message>
        <source>The text is on the clipboard: paste it where you want it, or choose “Insert again”.</source>
        <translation>El texto está en el portapapeles: péguelo donde lo quiera o elija «Insertar de nuevo».</translation>
    </message>
    <message>
        <source>The text is written where your cursor is, in whatever program you use.</source>
        <translation>El texto se escribe donde está el cursor, en el programa que use.</translation>
    </message>
    <message>
        <source>The text was inserted into {program}.</source>
        <translation>El texto se insertó en {program}.</translation>
    </message>
    <message>
        <source>The text was sent to {program}, which does not tell whether it took it.</source>
        <translation>El texto se envió a {program}, que no indica si lo aceptó.</translation>
    </message>
    <message>
        <source>The transcript shows sentences without a longer pause between them as running text.</source>
        <translation>La transcripción muestra como texto seguido las frases sin una pausa más larga entre ellas.</translation>
    </message>
    <message>
        <source>The transcript was cleared.</source>
        <translation>La transcripción se borró.</translation>
    </message>
    <message>
        <source>The translation is shown beside what you said.</source>
        <translation>La traducción se muestra junto a lo que dijo.</translation>
    </message>
    <message>
        <source>The trial was stopped.</source>
        <translation>La prueba se detuvo.</translation>
    </message>
    <message>
        <source>The Wayland compositor cannot be reached, so text cannot be put into other programs.</source>
        <translation>No se puede acceder al compositor de Wayland, por lo que no se puede insertar texto en otros programas.</translation>
    </message>
    <message>
        <source>The whole text at the end</source>
        <translation>Todo el texto al final</translation>
    </message>
    <message>
        <source>the window in front</source>
        <translation>la ventana en primer plano</translation>
    </message>
    <message>
        <source>The window in front did not read the text.</source>
        <translation>La ventana en primer plano no leyó el texto.</translation>
    </message>
    <message>
        <source>The window is closed, the program runs on. To quit, use this icon's menu; the settings can change it.</source>
        <translation>La ventana está cerrada, el programa sigue en marcha. Para salir, use el menú de este icono; se puede cambiar en los ajustes.</translation>
    </message>
    <message>
        <source>The window you began in ({program}) could not be brought back, so the text was not inserted.</source>
        <translation>No se pudo volver a la ventana en la que empezó ({program}), por lo que el texto no se insertó.</translation>
    </message>
    <message>
        <source>The workflow of your account that transcribes.</source>
        <translation>El flujo de trabajo de su cuenta que transcribe.</translation>
    </message>
    <message>
        <source>the written form is empty.</source>
        <translation>la forma escrita está vacía.</translation>
    </message>
    <message>
        <source>the written form is missing.</source>
        <translation>falta la forma escrita.</translation>
    </message>
    <message>
        <source>the written form is not a text.</source>
        <translation>la forma escrita no es un texto.</translation>
    </message>
    <message>
        <source>The X display cannot be reached, so text cannot be put into other programs.</source>
        <translation>No se puede acceder a la pantalla X, por lo que no se puede insertar texto en otros programas.</translation>
    </message>
    <message>
        <source>Then download the model again.</source>
        <translation>Después descargue de nuevo el modelo.</translation>
    </message>
    <message>
        <source>Then the dictation ends with what this computer heard, and a notice says so.</source>
        <translation>Entonces el dictado termina con lo que oyó este equipo, y un aviso lo indica.</translation>
    </message>
    <message>
        <source>There are no dictations yet to try the keywords on.</source>
        <translation>Aún no hay dictados con los que probar las palabras clave.</translation>
    </message>
    <message>
        <source>There is no aiOla access token yet.</source>
        <translation>Aún no hay ningún token de acceso de aiOla.</translation>
    </message>
    <message>
        <source>There is no aiOla API key yet.</source>
        <translation>Aún no hay clave de API de aiOla.</translation>
    </message>
    <message>
        <source>There is no audio output.</source>
        <translation>No hay salida de audio.</translation>
    </message>
    <message>
        <source>There is no build of the recognizer (CTranslate2) for Windows on ARM.</source>
        <translation>No hay versión del reconocedor (CTranslate2) para Windows en ARM.</translation>
    </message>
    <message>
        <source>There is no display, so text cannot be put into other programs.</source>
        <translation>No hay pantalla, por lo que no se puede insertar texto en otros programas.</translation>
    </message>
    <message>
        <source>There is no file “{name}”.</source>
        <translation>No hay ningún archivo «{name}».</translation>
    </message>
    <message>
        <source>There is no key called “{last}”.</source>
        <translation>No hay ninguna tecla llamada «{last}».</translation>
    </message>
    <message>
        <source>There is no language called “{code}”.</source>
        <translation>No hay ningún idioma llamado «{code}».</translation>
    </message>
    <message>
        <source>There is no microphone called {name}.</source>
        <translation>No hay ningún micrófono llamado {name}.</translation>
    </message>
    <message>
        <source>There is no microphone.</source>
        <translation>No hay ningún micrófono.</translation>
    </message>
    <message>
        <source>There is no model called {id}.</source>
        <translation>No hay ningún modelo llamado {id}.</translation>
    </message>
    <message>
        <source>There is no network route to {host}.</source>
        <translation>No hay ruta de red hasta {host}.</translation>
    </message>
    <message>
        <source>There is no recorded dictation to try the model on.</source>
        <translation>No hay ningún dictado grabado con el que probar el modelo.</translation>
    </message>
    <message>
        <source>There is no session bus, so no key is heard.</source>
        <translation>No hay bus de sesión, por lo que no se capta ninguna tecla.</translation>
    </message>
    <message>
        <source>There is no session bus, so text cannot be put into other programs.</source>
        <translation>No hay bus de sesión, por lo que no se puede insertar texto en otros programas.</translation>
    </message>
    <message>
        <source>There is no such folder. Choose one that holds the model files, or leave the line empty.</source>
        <translation>No existe esa carpeta. Elija una que contenga los archivos del modelo o deje la línea vacía.</translation>
    </message>
    <message>
        <source>There is no text to export yet.</source>
        <translation>Aún no hay texto que exportar.</translation>
    </message>
    <message>
        <source>There is no token address yet.</source>
        <translation>Aún no hay dirección del token.</translation>
    </message>
    <message>
        <source>There is not enough space for the model: {needed} are needed, {free} are free.</source>
        <translation>No hay espacio suficiente para el modelo: se necesitan {needed}, hay {free} libres.</translation>
    </message>
    <message>
        <source>There is nothing to remove.</source>
        <translation>No hay nada que eliminar.</translation>
    </message>
    <message>
        <source>There is nothing to undo.</source>
        <translation>No hay nada que deshacer.</translation>
    </message>
    <message>
        <source>There is too little free memory for the recognition model {model}.</source>
        <translation>Hay muy poca memoria libre para el modelo de reconocimiento {model}.</translation>
    </message>
    <message>
        <source>There was no microphone.</source>
        <translation>No había micrófono.</translation>
    </message>
    <message>
        <source>These keywords change nothing in your last dictations.</source>
        <translation>Estas palabras clave no cambian nada en sus últimos dictados.</translation>
    </message>
    <message>
        <source>These models recognize speech on this computer. What you say does not leave it.</source>
        <translation>Estos modelos reconocen la voz en este equipo. Lo que dice no sale de él.</translation>
    </message>
    <message>
        <source>These notes are in English.</source>
        <translation>Estas notas están en inglés.</translation>
    </message>
    <message>
        <source>These seconds are kept: transcribe them from the window once aiOla answers again.</source>
        <translation>Estos segundos se conservan: transcríbalos desde la ventana cuando aiOla vuelva a responder.</translation>
    </message>
    <message>
        <source>This account has no dictation left to open at the same time.</source>
        <translation>Esta cuenta no puede abrir más dictados al mismo tiempo.</translation>
    </message>
    <message>
        <source>This account has no permission at {host} (while {doing}).</source>
        <translation>Esta cuenta no tiene permiso en {host} (durante: {doing}).</translation>
    </message>
    <message>
        <source>This compositor lets no program press keys, so text cannot be put into other programs.</source>
        <translation>Este compositor no deja que ningún programa pulse teclas, por lo que no se puede insertar texto en otros programas.</translation>
    </message>
    <message>
        <source>This compositor lets no program without a window use the clipboard.</source>
        <translation>Este compositor no deja que ningún programa sin ventana use el portapapeles.</translation>
    </message>
    <message>
        <source>This computer heard this; the text of {recognizer} will replace it unless you edit it</source>
        <translation>Este equipo oyó esto; el texto de {recognizer} lo reemplazará si no lo edita</translation>
    </message>
    <message>
        <source>This computer listens along</source>
        <translation>Este equipo también escucha</translation>
    </message>
    <message>
        <source>This computer writes at once, and its text stays</source>
        <translation>Este equipo escribe al instante, y su texto se queda</translation>
    </message>
    <message>
        <source>This computer's clock is {length} ahead.</source>
        <translation>El reloj de este equipo va {length} adelantado.</translation>
    </message>
    <message>
        <source>This computer's clock is {length} behind.</source>
        <translation>El reloj de este equipo va {length} atrasado.</translation>
    </message>
    <message>
        <source>This computer's processor is too old for the recognizer: it lacks instructions that CTranslate2 needs (AVX).</source>
        <translation>El procesador de este equipo es demasiado antiguo para el reconocedor: le faltan instrucciones que CTranslate2 necesita (AVX).</translation>
    </message>
    <message>
        <source>This desktop hears keys itself and passes none on. Give it the key in its own settings:</source>
        <translation>Este escritorio capta él mismo las teclas y no transmite ninguna. Indíquele la tecla en sus propios ajustes:</translation>
    </message>
    <message>
        <source>This desktop lets no other program hear a key.</source>
        <translation>Este escritorio no deja que ningún otro programa capte una tecla.</translation>
    </message>
    <message>
        <source>This desktop passes no mouse buttons such as {chord} on to other programs.</source>
        <translation>Este escritorio no transmite a otros programas botones del ratón como {chord}.</translation>
    </message>
    <message>
        <source>This desktop shows no tray icon.</source>
        <translation>Este escritorio no muestra iconos en la bandeja del sistema.</translation>
    </message>
    <message>
        <source>This dictation is in use.</source>
        <translation>Este dictado está en uso.</translation>
    </message>
    <message>
        <source>This dictation is not in the history.</source>
        <translation>Este dictado no está en el historial.</translation>
    </message>
    <message>
        <source>This dictation is still being recorded.</source>
        <translation>Este dictado todavía se está grabando.</translation>
    </message>
    <message>
        <source>This dictation or its earlier text was deleted meanwhile.</source>
        <translation>Este dictado o su texto anterior se eliminó entretanto.</translation>
    </message>
    <message>
        <source>This dictation was deleted meanwhile.</source>
        <translation>Este dictado se eliminó entretanto.</translation>
    </message>
    <message>
        <source>This is no address. Write it as https://models.example.com/whisper.</source>
        <translation>Esto no es una dirección. Escríbala como https://models.example.com/whisper.</translation>
    </message>
    <message>
        <source>This is not a JSON file with keywords.</source>
        <translation>Esto no es un archivo JSON con palabras clave.</translation>
    </message>
    <message>
        <source>This is not a Saywrite command.</source>
        <translation>Esta no es una orden de Saywrite.</translation>
    </message>
    <message>
        <source>This is the newest version</source>
        <translation>Esta es la versión más reciente</translation>
    </message>
    <message>
        <source>This keyboard has no {chord}.</source>
        <translation>Este teclado no tiene {chord}.</translation>
    </message>
    <message>
        <source>This month: {parts}.</source>
        <translation>Este mes: {parts}.</translation>
    </message>
    <message>
        <source>This recording is too long for a WAV file (37 hours).</source>
        <translation>Esta grabación es demasiado larga para un archivo WAV (37 horas).</translation>
    </message>
    <message>
        <source>This sounds like {name}, but {chosen} is chosen.</source>
        <translation>El idioma detectado ({name}) no es el elegido ({chosen}).</translation>
    </message>
    <message>
        <source>This system does not report {key} to other programs.</source>
        <translation>Este sistema no comunica {key} a otros programas.</translation>
    </message>
    <message>
        <source>This system has no keyring to keep the key in.</source>
        <translation>Este sistema no tiene un depósito de claves en el que guardar la clave.</translation>
    </message>
    <message>
        <source>This text cannot safely be undone in a terminal.</source>
        <translation>Este texto no se puede deshacer de forma segura en un terminal.</translation>
    </message>
    <message>
        <source>This text cannot safely be undone in this program.</source>
        <translation>Este texto no se puede deshacer de forma segura en este programa.</translation>
    </message>
    <message>
        <source>This text was changed elsewhere meanwhile, so your changes were not saved. They are still here.</source>
        <translation>Entretanto, este texto se cambió en otro lugar, por lo que sus cambios no se guardaron. Siguen aquí.</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>Tiempos</translation>
    </message>
    <message>
        <source>To permit it, turn off “{switch}” in Settings &gt; Files and privacy.</source>
        <translation>Para permitirlo, desactive «{switch}» en Ajustes &gt; Archivos y privacidad.</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Hoy</translation>
    </message>
    <message>
        <source>Token address</source>
        <translation>Dirección del token</translation>
    </message>
    <message>
        <source>Token address of your company</source>
        <translation>Dirección del token de su empresa</translation>
    </message>
    <message>
        <source>Too loud: the sound is distorted.</source>
        <translation>Demasiado fuerte: el sonido está distorsionado.</translation>
    </message>
    <message>
        <source>took {time}</source>
        <translation>duración: {time}</translation>
    </message>
    <message>
        <source>Transcribe</source>
        <translation>Transcribir</translation>
    </message>
    <message>
        <source>Transcribe a file</source>
        <translation>Transcribir un archivo</translation>
    </message>
    <message>
        <source>Transcribe a file…</source>
        <translation>Transcribir un archivo…</translation>
    </message>
    <message>
        <source>Transcribe a folder</source>
        <translation>Transcribir una carpeta</translation>
    </message>
    <message>
        <source>Transcribe the file again later.</source>
        <translation>Transcriba el archivo de nuevo más tarde.</translation>
    </message>
    <message>
        <source>Transcribed files</source>
        <translation>Archivos transcritos</translation>
    </message>
    <message>
        <source>Transcribed {file}{rest}</source>
        <translation>{file}: transcrito{rest}</translation>
    </message>
    <message>
        <source>transcribes an audio file; you can also drop one here</source>
        <translation>transcribe un archivo de audio; también puede arrastrar uno aquí</translation>
    </message>
    <message>
        <source>Transcribing again: {recognizer}, {language}</source>
        <translation>Transcribiendo de nuevo: {recognizer}, {language}</translation>
    </message>
    <message>
        <source>Transcribing {name}, press to cancel</source>
        <translation>Transcribiendo {name}, pulse para cancelar</translation>
    </message>
    <message>
        <source>Transcribing… Cancel</source>
        <translation>Transcribiendo… Cancelar</translation>
    </message>
    <message>
        <source>Transcript</source>
        <translation>Transcripción</translation>
    </message>
    <message>
        <source>Translate into</source>
        <translation>Traducir a</translation>
    </message>
    <message>
        <source>Translation</source>
        <translation>Traducción</translation>
    </message>
    <message>
        <source>Try &amp;keywords…</source>
        <translation>Probar pa&amp;labras clave…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Intentar de nuevo</translation>
    </message>
    <message>
        <source>Try again and enter the password.</source>
        <translation>Inténtelo de nuevo e introduzca la contraseña.</translation>
    </message>
    <message>
        <source>Try again in a moment.</source>
        <translation>Inténtelo de nuevo en un momento.</translation>
    </message>
    <message>
        <source>Try again in a moment; if that does not help, end process {pid} and start Saywrite again.</source>
        <translation>Inténtelo de nuevo en un momento; si no sirve, finalice el proceso {pid} y vuelva a iniciar Saywrite.</translation>
    </message>
    <message>
        <source>Try again later, or look at the page of Saywrite.</source>
        <translation>Inténtelo de nuevo más tarde o consulte la página de Saywrite.</translation>
    </message>
    <message>
        <source>Try again; the log has the details.</source>
        <translation>Inténtelo de nuevo; los detalles están en el registro.</translation>
    </message>
    <message>
        <source>Try it here</source>
        <translation>Pruébelo aquí</translation>
    </message>
    <message>
        <source>Try keywords on your last dictations</source>
        <translation>Probar las palabras clave con sus últimos dictados</translation>
    </message>
    <message>
        <source>Try keywords on your last dictations…</source>
        <translation>Probar las palabras clave con sus últimos dictados…</translation>
    </message>
    <message>
        <source>Try on my last dictation</source>
        <translation>Probar con mi último dictado</translation>
    </message>
    <message>
        <source>Typing (slower, does not use the clipboard)</source>
        <translation>Tecleo (más lento, no usa el portapapeles)</translation>
    </message>
    <message>
        <source>unavailable</source>
        <translation>no disponible</translation>
    </message>
    <message>
        <source>Unchanged:</source>
        <translation>Sin cambios:</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Deshacer</translation>
    </message>
    <message>
        <source>Undo it in the program itself, or select it there and delete it.</source>
        <translation>Deshágalo en el propio programa, o selecciónelo allí y elimínelo.</translation>
    </message>
    <message>
        <source>Undo the &amp;cancellation</source>
        <translation>Deshacer la ca&amp;ncelación</translation>
    </message>
    <message>
        <source>Undo the last &amp;insertion</source>
        <translation>Deshacer la última ins&amp;erción</translation>
    </message>
    <message>
        <source>undoes</source>
        <translation>deshacer</translation>
    </message>
    <message>
        <source>Undone in {program}</source>
        <translation>Deshecho en {program}</translation>
    </message>
    <message>
        <source>Unlock it with its password, then try again.</source>
        <translation>Desbloquéelo con su contraseña e inténtelo de nuevo.</translation>
    </message>
    <message>
        <source>Unlock the login keychain in Keychain Access.</source>
        <translation>Desbloquee el llavero de inicio de sesión en Acceso a Llaveros.</translation>
    </message>
    <message>
        <source>Unmute it in the sound settings or with its mute key.</source>
        <translation>Quite el silencio en los ajustes de sonido o con su tecla de silencio.</translation>
    </message>
    <message>
        <source>Unplug the microphone and plug it in again, or restart.</source>
        <translation>Desenchufe el micrófono y vuelva a enchufarlo, o reinicie.</translation>
    </message>
    <message>
        <source>Until the text is there</source>
        <translation>Hasta que el texto esté listo</translation>
    </message>
    <message>
        <source>Until you delete them</source>
        <translation>Hasta que las elimine</translation>
    </message>
    <message>
        <source>Up to 10 s</source>
        <translation>Hasta 10 s</translation>
    </message>
    <message>
        <source>Update Saywrite, or start with --data and another folder.</source>
        <translation>Actualice Saywrite, o inícielo con --data y otra carpeta.</translation>
    </message>
    <message>
        <source>Use --data.</source>
        <translation>Use --data.</translation>
    </message>
    <message>
        <source>Use an HTTP proxy.</source>
        <translation>Use un proxy HTTP.</translation>
    </message>
    <message>
        <source>Use Ctrl, Alt, Shift or Super.</source>
        <translation>Use Ctrl, Alt, Shift o Super.</translation>
    </message>
    <message>
        <source>Use headphones: a microphone near a loudspeaker hears the sound.</source>
        <translation>Use auriculares: un micrófono cerca de un altavoz capta el sonido.</translation>
    </message>
    <message>
        <source>Use of the key</source>
        <translation>Uso de la tecla</translation>
    </message>
    <message>
        <source>Use Settings &gt; Apps &gt; Startup instead.</source>
        <translation>Use en su lugar Configuración &gt; Aplicaciones &gt; Inicio.</translation>
    </message>
    <message>
        <source>Use t&amp;his text</source>
        <translation>&amp;Usar este texto</translation>
    </message>
    <message>
        <source>Use the same version of Saywrite for both.</source>
        <translation>Use la misma versión de Saywrite en ambos lados.</translation>
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
        <translation>Enunciado {index} de {total}, de {start} a {end}. Intro lo reproduce.</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>Verificar</translation>
    </message>
    <message>
        <source>Very quiet.</source>
        <translation>Muy bajo.</translation>
    </message>
    <message>
        <source>video encoders that PyAV's wheels carry as separate libraries; Saywrite does not use them</source>
        <translation>codificadores de vídeo que los paquetes wheel de PyAV contienen como bibliotecas separadas; Saywrite no los usa</translation>
    </message>
    <message>
        <source>voice start stop listening accessibility</source>
        <translation>manos libres voz control por voz iniciar detener escuchar accesibilidad</translation>
    </message>
    <message>
        <source>Volume of the sounds</source>
        <translation>Volumen de los sonidos</translation>
    </message>
    <message>
        <source>Wait at the end for</source>
        <translation>Esperar al final</translation>
    </message>
    <message>
        <source>Wait: aiOla's text replaces what this computer hears meanwhile</source>
        <translation>Esperar: el texto de aiOla reemplaza lo que este equipo oye entretanto</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>En espera</translation>
    </message>
    <message>
        <source>waiting for a phrase</source>
        <translation>esperando la frase de activación</translation>
    </message>
    <message>
        <source>Waiting, continues at {confirmed}</source>
        <translation>En espera, continúa en {confirmed}</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>advertencia</translation>
    </message>
    <message>
        <source>WAV audio (*.wav)</source>
        <translation>Audio WAV (*.wav)</translation>
    </message>
    <message>
        <source>Waveform</source>
        <translation>Forma de onda</translation>
    </message>
    <message>
        <source>Waveform of the recording</source>
        <translation>Forma de onda de la grabación</translation>
    </message>
    <message>
        <source>WebVTT subtitles</source>
        <translation>Subtítulos WebVTT</translation>
    </message>
    <message>
        <source>Welcome to Saywrite</source>
        <translation>Le damos la bienvenida a Saywrite</translation>
    </message>
    <message>
        <source>What answers as {host} has a certificate for another name.</source>
        <translation>Lo que responde como {host} tiene un certificado para otro nombre.</translation>
    </message>
    <message>
        <source>What has arrived is kept: {size}.</source>
        <translation>Lo que ya ha llegado se conserva: {size}.</translation>
    </message>
    <message>
        <source>What is in it now will be gone.</source>
        <translation>Su contenido actual se perderá.</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>Novedades</translation>
    </message>
    <message>
        <source>What is on the clipboard comes too slowly from its program; it could not be saved, so it was left alone and the text typed into {program}.</source>
        <translation>El contenido del portapapeles llega demasiado despacio de su programa y no se pudo guardar, por lo que se dejó como estaba y el texto se tecleó en {program}.</translation>
    </message>
    <message>
        <source>What is on the clipboard comes too slowly from its program; it could not be saved, so the text was not inserted.</source>
        <translation>El contenido del portapapeles llega demasiado despacio de su programa y no se pudo guardar, por lo que el texto no se insertó.</translation>
    </message>
    <message>
        <source>What is on the clipboard is larger than 64 MB; it could not be saved, so it was left alone and the text typed into {program}.</source>
        <translation>El contenido del portapapeles supera los 64 MB y no se pudo guardar, por lo que se dejó como estaba y el texto se tecleó en {program}.</translation>
    </message>
    <message>
        <source>What is on the clipboard is larger than 64 MB; it could not be saved, so the text was not inserted.</source>
        <translation>El contenido del portapapeles supera los 64 MB y no se pudo guardar, por lo que el texto no se insertó.</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>Qué hace</translation>
    </message>
    <message>
        <source>What it hears before a key is kept in memory for a moment, then forgotten.</source>
        <translation>Lo que oye antes de que pulse una tecla se guarda un momento en la memoria y luego se olvida.</translation>
    </message>
    <message>
        <source>What Saywrite hears</source>
        <translation>Lo que oye Saywrite</translation>
    </message>
    <message>
        <source>What was inserted is unchanged.</source>
        <translation>Lo que se insertó no ha cambiado.</translation>
    </message>
    <message>
        <source>What you correct in a text is remembered on this computer, as long as its dictation is in the history.</source>
        <translation>Lo que corrige en un texto se recuerda en este equipo mientras su dictado esté en el historial.</translation>
    </message>
    <message>
        <source>What you dictated stays in the history.</source>
        <translation>Lo que dictó se queda en el historial.</translation>
    </message>
    <message>
        <source>What you said is kept. Press the key to go on.</source>
        <translation>Lo que dijo se conserva. Pulse la tecla para continuar.</translation>
    </message>
    <message>
        <source>What you said is kept. Say the phrase again to go on.</source>
        <translation>Lo que dijo se conserva. Diga de nuevo la frase de activación para continuar.</translation>
    </message>
    <message>
        <source>What you said is kept. Saywrite waits for the phrase again when the screen is unlocked.</source>
        <translation>Lo que dijo se conserva. Saywrite volverá a esperar la frase de activación cuando se desbloquee la pantalla.</translation>
    </message>
    <message>
        <source>What you say shortly before the key press is written, too. The microphone then stays open between dictations; older sound is forgotten at once.</source>
        <translation>También se escribe lo que dice poco antes de pulsar la tecla. El micrófono queda entonces abierto entre dictados; el sonido más antiguo se olvida de inmediato.</translation>
    </message>
    <message>
        <source>What's new</source>
        <translation>Novedades</translation>
    </message>
    <message>
        <source>When aiOla cannot be reached</source>
        <translation>Cuando no se puede acceder a aiOla</translation>
    </message>
    <message>
        <source>When each paragraph begins. Ctrl+Enter in the text plays the sentence at the cursor.</source>
        <translation>Cuándo empieza cada párrafo. Ctrl+Intro en el texto reproduce la frase del cursor.</translation>
    </message>
    <message>
        <source>When each paragraph begins. Enter in the text plays from the word at the cursor.</source>
        <translation>Cuándo empieza cada párrafo. Intro en el texto reproduce desde la palabra donde está el cursor.</translation>
    </message>
    <message>
        <source>When I &amp;hear</source>
        <translation>Cuando &amp;oigo</translation>
    </message>
    <message>
        <source>When I say</source>
        <translation>Cuando digo</translation>
    </message>
    <message>
        <source>When the recognizer sets no punctuation</source>
        <translation>Cuando el reconocedor no pone puntuación</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Destino</translation>
    </message>
    <message>
        <source>Where &amp;my speech went…</source>
        <translation>A&amp;dónde fue mi voz…</translation>
    </message>
    <message>
        <source>Where my speech went – Saywrite</source>
        <translation>Adónde fue mi voz – Saywrite</translation>
    </message>
    <message>
        <source>Where my speech went, by month</source>
        <translation>Adónde fue mi voz, por mes</translation>
    </message>
    <message>
        <source>Which texts are shown</source>
        <translation>Qué textos se muestran</translation>
    </message>
    <message>
        <source>While you dictate, use headphones: a microphone near a loudspeaker hears what is read.</source>
        <translation>Mientras dicta, use auriculares: un micrófono cerca de un altavoz capta lo que se lee.</translation>
    </message>
    <message>
        <source>whisper engine</source>
        <translation>whisper motor reconocimiento de voz</translation>
    </message>
    <message>
        <source>Who writes</source>
        <translation>Quién escribe</translation>
    </message>
    <message>
        <source>Who writes what you say?</source>
        <translation>¿Quién escribe lo que dice?</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Ventana</translation>
    </message>
    <message>
        <source>Windows does not report {chord} to other programs.</source>
        <translation>Windows no comunica {chord} a otros programas.</translation>
    </message>
    <message>
        <source>Windows refused it ({reason}).</source>
        <translation>Windows lo rechazó ({reason}).</translation>
    </message>
    <message>
        <source>Windows reports no key to Saywrite any more.</source>
        <translation>Windows ya no comunica ninguna tecla a Saywrite.</translation>
    </message>
    <message>
        <source>With a higher value, only clear speech is written.</source>
        <translation>Con un valor más alto, solo se escribe la voz clara.</translation>
    </message>
    <message>
        <source>With less motion, the overlay's level moves rarely.</source>
        <translation>Con menos movimiento, el nivel del panel flotante cambia pocas veces.</translation>
    </message>
    <message>
        <source>Without text yet</source>
        <translation>Aún sin texto</translation>
    </message>
    <message>
        <source>Without {name} all texts would have the same name.</source>
        <translation>Sin {name}, todos los textos tendrían el mismo nombre.</translation>
    </message>
    <message>
        <source>Words as they come</source>
        <translation>Las palabras según llegan</translation>
    </message>
    <message>
        <source>Words it should know</source>
        <translation>Palabras que debe conocer</translation>
    </message>
    <message>
        <source>words vocabulary dictionary lab learn correct</source>
        <translation>palabras vocabulario diccionario laboratorio aprender corregir corrección</translation>
    </message>
    <message>
        <source>Workflow</source>
        <translation>Flujo de trabajo</translation>
    </message>
    <message>
        <source>Works without a network. What you say does not leave this computer.</source>
        <translation>Funciona sin red. Lo que dice no sale de este equipo.</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>Escribir</translation>
    </message>
    <message>
        <source>Write a space instead</source>
        <translation>Escribir un espacio en su lugar</translation>
    </message>
    <message>
        <source>Write each modifier once.</source>
        <translation>Escriba cada modificador una sola vez.</translation>
    </message>
    <message>
        <source>Write it like Ctrl+Alt+Space, F9 or Right Ctrl.</source>
        <translation>Escríbala como Ctrl+Alt+Space, F9 o Right Ctrl.</translation>
    </message>
    <message>
        <source>Write the whole path of the folder, or an address that begins with https://.</source>
        <translation>Escriba la ruta completa de la carpeta o una dirección que empiece por https://.</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>Escribiendo…</translation>
    </message>
    <message>
        <source>written</source>
        <translation>forma escrita</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Ayer</translation>
    </message>
    <message>
        <source>You can already speak: your words are recorded, and written as soon as the model is here.</source>
        <translation>Ya puede hablar: sus palabras se graban y se escribirán en cuanto el modelo esté disponible.</translation>
    </message>
    <message>
        <source>You can change this at any time.</source>
        <translation>Puede cambiarlo en cualquier momento.</translation>
    </message>
    <message>
        <source>You can listen again to a recording that is kept. It stays on this computer.</source>
        <translation>Puede volver a escuchar una grabación conservada. Se queda en este equipo.</translation>
    </message>
    <message>
        <source>You changed keywords and did not apply the changes.</source>
        <translation>Ha cambiado palabras clave y no ha aplicado los cambios.</translation>
    </message>
    <message>
        <source>You changed the text and did not save it.</source>
        <translation>Ha cambiado el texto y no lo ha guardado.</translation>
    </message>
    <message>
        <source>You corrected these words in your texts.</source>
        <translation>Corrigió estas palabras en sus textos.</translation>
    </message>
    <message numerus="yes">
        <source>You stopped before {n} recordings: their texts were used.</source>
        <extracomment>Singular: You stopped before {n} recording: its text was used.</extracomment>
        <translation>
            <numerusform>Ha detenido la prueba y ha quedado {n} grabación sin reconocer: se usó su texto.</numerusform>
            <numerusform>Ha detenido la prueba y han quedado {n} grabaciones sin reconocer: se usaron sus textos.</numerusform>
        </translation>
    </message>
    <message>
        <source>You went to another window before the text was there.</source>
        <translation>Pasó a otra ventana antes de que llegara el texto.</translation>
    </message>
    <message>
        <source>Your words appear here as you say them. Press Stop when you are done.</source>
        <translation>Sus palabras aparecen aquí a medida que las dice. Pulse Detener cuando termine.</translation>
    </message>
    <message>
        <source>Your words are recorded. They are written as soon as the model is here.</source>
        <translation>Sus palabras se graban. Se escribirán en cuanto el modelo esté disponible.</translation>
    </message>
    <message>
        <source>Your words are written as soon as the model is here.</source>
        <translation>Sus palabras se escribirán en cuanto el modelo esté disponible.</translation>
    </message>
    <message>
        <source>{added:,} added</source>
        <translation>añadidas: {added:,}</translation>
    </message>
    <message>
        <source>{cells} columns instead of 2; put quotation marks around text with a comma.</source>
        <translation>{cells} columnas en lugar de 2; ponga entre comillas el texto que lleve una coma.</translation>
    </message>
    <message>
        <source>{changed:,} changed</source>
        <translation>cambiadas: {changed:,}</translation>
    </message>
    <message>
        <source>{chord} is already your other key.</source>
        <translation>{chord} ya es su otra tecla.</translation>
    </message>
    <message>
        <source>{chord} is needed for writing: add Ctrl, Alt or Super.</source>
        <translation>{chord} se necesita para escribir: añada Ctrl, Alt o Super.</translation>
    </message>
    <message>
        <source>{chord} usually {purpose}.</source>
        <translation>Uso habitual de {chord}: {purpose}.</translation>
    </message>
    <message>
        <source>{column}, keyword {row}</source>
        <translation>{column}, palabra clave {row}</translation>
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
        <translation>{device} (no conectado)</translation>
    </message>
    <message>
        <source>{device} is open all the time, as you chose.</source>
        <translation>{device} está abierto todo el tiempo, según lo elegido.</translation>
    </message>
    <message>
        <source>{dictations} exported to {name}</source>
        <translation>Exportado a {name}: {dictations}</translation>
    </message>
    <message>
        <source>{dictations}, {length} in all</source>
        <translation>{dictations}, {length} en total</translation>
    </message>
    <message numerus="yes">
        <source>{done} of {n:,} files done</source>
        <extracomment>Singular: {done} of {n:,} file done</extracomment>
        <translation>
            <numerusform>{done} de {n:,} archivo terminado</numerusform>
            <numerusform>{done} de {n:,} archivos terminados</numerusform>
        </translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} de {total}</translation>
    </message>
    <message>
        <source>{download_bytes} to download · {disk_bytes} on disk · {memory_bytes} of memory · {license} license</source>
        <translation>{download_bytes} de descarga · {disk_bytes} en disco · {memory_bytes} de memoria · licencia {license}</translation>
    </message>
    <message>
        <source>{file} cannot be read: {error}</source>
        <translation>no se puede leer {file}: {error}</translation>
    </message>
    <message>
        <source>{file} was written by a newer version of Saywrite; what this one knows is used.</source>
        <translation>{file} lo escribió una versión más reciente de Saywrite; se usa lo que esta conoce.</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Its default is used: {shown}.</source>
        <translation>{file}: {name} {problem}. Se usa su valor predeterminado: {shown}.</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Nothing leaves this computer until it is corrected.</source>
        <translation>{file}: {name} {problem}. Nada sale de este equipo hasta que se corrija.</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Recordings are kept until it is corrected.</source>
        <translation>{file}: {name} {problem}. Las grabaciones se conservan hasta que se corrija.</translation>
    </message>
    <message>
        <source>{folder} belongs to another user; commands from other programs are not taken.</source>
        <translation>{folder} pertenece a otro usuario; no se aceptan órdenes de otros programas.</translation>
    </message>
    <message>
        <source>{folder} is a link; commands from other programs are not taken.</source>
        <translation>{folder} es un enlace; no se aceptan órdenes de otros programas.</translation>
    </message>
    <message>
        <source>{folder} is no folder; commands from other programs are not taken.</source>
        <translation>{folder} no es una carpeta; no se aceptan órdenes de otros programas.</translation>
    </message>
    <message>
        <source>{folder} is open to other users ({mode:03o}); commands from other programs are not taken.</source>
        <translation>{folder} está abierta a otros usuarios ({mode:03o}); no se aceptan órdenes de otros programas.</translation>
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
        <translation>Quedarán libres {freed} de espacio en disco. El modelo se puede descargar de nuevo en cualquier momento.</translation>
    </message>
    <message>
        <source>{go_on} See the settings.</source>
        <translation>{go_on} Consulte los ajustes.</translation>
    </message>
    <message>
        <source>{host} cannot prove who it is: this computer does not trust its certificate.</source>
        <translation>{host} no puede demostrar su identidad: este equipo no confía en su certificado.</translation>
    </message>
    <message>
        <source>{host} closed the connection ({code}).</source>
        <translation>{host} cerró la conexión ({code}).</translation>
    </message>
    <message>
        <source>{host} closed the connection.</source>
        <translation>{host} cerró la conexión.</translation>
    </message>
    <message>
        <source>{host} closed the session.</source>
        <translation>{host} cerró la sesión.</translation>
    </message>
    <message>
        <source>{host} does not accept the API key.</source>
        <translation>{host} no acepta la clave de API.</translation>
    </message>
    <message>
        <source>{host} does not accept the request ({detail}).</source>
        <translation>{host} no acepta la solicitud ({detail}).</translation>
    </message>
    <message>
        <source>{host} does not answer.</source>
        <translation>{host} no responde.</translation>
    </message>
    <message>
        <source>{host} does not know this workflow.</source>
        <translation>{host} no conoce este flujo de trabajo.</translation>
    </message>
    <message>
        <source>{host} does not take this sound: its format or its length.</source>
        <translation>{host} no acepta este sonido por su formato o su duración.</translation>
    </message>
    <message>
        <source>{host} ended the connection.</source>
        <translation>{host} finalizó la conexión.</translation>
    </message>
    <message>
        <source>{host} gave an answer that makes no sense (while {doing}).</source>
        <translation>{host} dio una respuesta incomprensible (durante: {doing}).</translation>
    </message>
    <message>
        <source>{host} gives out an access token that has expired.</source>
        <translation>{host} entrega un token de acceso que ha caducado.</translation>
    </message>
    <message>
        <source>{host} gives this computer no access token.</source>
        <translation>{host} no da a este equipo un token de acceso.</translation>
    </message>
    <message>
        <source>{host} has a problem of its own ({detail}, while {doing}).</source>
        <translation>{host} tiene un problema propio ({detail}, durante: {doing}).</translation>
    </message>
    <message>
        <source>{host} has had too many requests from this account.</source>
        <translation>{host} recibió demasiadas solicitudes de esta cuenta.</translation>
    </message>
    <message>
        <source>{host} has no aiOla service at this address.</source>
        <translation>{host} no tiene ningún servicio de aiOla en esta dirección.</translation>
    </message>
    <message>
        <source>{host} is not found.</source>
        <translation>No se encuentra {host}.</translation>
    </message>
    <message>
        <source>{host} no longer accepts the access token.</source>
        <translation>{host} ya no acepta el token de acceso.</translation>
    </message>
    <message>
        <source>{host} reports an error ({detail}, while {doing}).</source>
        <translation>{host} informa de un error ({detail}, durante: {doing}).</translation>
    </message>
    <message>
        <source>{host} sends a text that is far too long.</source>
        <translation>{host} envía un texto demasiado largo.</translation>
    </message>
    <message>
        <source>{host} sends far more than belongs to this sound.</source>
        <translation>{host} envía mucho más de lo que corresponde a este sonido.</translation>
    </message>
    <message>
        <source>{host} takes no connection.</source>
        <translation>{host} no acepta conexiones.</translation>
    </message>
    <message>
        <source>{host} was not contacted, because nothing may leave this computer.</source>
        <translation>No se contactó con {host}, porque nada puede salir de este equipo.</translation>
    </message>
    <message>
        <source>{host}, or a gateway on the way to it, accepts no WebSocket ({detail}).</source>
        <translation>{host}, o una puerta de enlace en el camino, no acepta WebSockets ({detail}).</translation>
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
        <translation>Exportado a {name}: {keywords}.</translation>
    </message>
    <message>
        <source>{key} can only be used alone, not with other keys.</source>
        <translation>La tecla {key} solo se puede usar sola, no con otras teclas.</translation>
    </message>
    <message>
        <source>{key} no longer works in combinations with other keys.</source>
        <translation>La tecla {key} deja de funcionar en combinación con otras teclas.</translation>
    </message>
    <message>
        <source>{key} This is how it works in every program.</source>
        <translation>{key} Así funciona en todos los programas.</translation>
    </message>
    <message>
        <source>{label} (default)</source>
        <translation>{label} (predeterminado)</translation>
    </message>
    <message>
        <source>{label} ({size}) was not downloaded: the connection is metered.</source>
        <translation>{label} ({size}) no se descargó: la conexión es de uso medido.</translation>
    </message>
    <message>
        <source>{label} account…</source>
        <translation>Cuenta de {label}…</translation>
    </message>
    <message>
        <source>{label} cannot be converted: {error}.</source>
        <translation>{label} no se puede convertir: {error}.</translation>
    </message>
    <message>
        <source>{label} cannot be downloaded: its files are not verified.</source>
        <translation>{label} no se puede descargar: sus archivos no están verificados.</translation>
    </message>
    <message>
        <source>{label} cannot be read: {reason}.</source>
        <translation>{label} no se puede leer: {reason}.</translation>
    </message>
    <message>
        <source>{label} cannot be removed: {reason}.</source>
        <translation>{label} no se puede eliminar: {reason}.</translation>
    </message>
    <message>
        <source>{label} could not be downloaded ({reasons}).</source>
        <translation>No se pudo descargar {label} ({reasons}).</translation>
    </message>
    <message>
        <source>{label} delivered no sound.</source>
        <translation>De {label} no llegó sonido.</translation>
    </message>
    <message>
        <source>{label} delivers no sound.</source>
        <translation>De {label} no llega sonido.</translation>
    </message>
    <message>
        <source>{label} delivers nothing but silence.</source>
        <translation>De {label} solo llega silencio.</translation>
    </message>
    <message>
        <source>{label} does not know {name}.</source>
        <translation>{label} no conoce este idioma: {name}.</translation>
    </message>
    <message>
        <source>{label} is back.</source>
        <translation>{label} ha vuelto.</translation>
    </message>
    <message>
        <source>{label} is being downloaded by another Saywrite.</source>
        <translation>{label} lo está descargando otro Saywrite.</translation>
    </message>
    <message>
        <source>{label} is being downloaded: {arrived}</source>
        <translation>Descargando {label}: {arrived}</translation>
    </message>
    <message>
        <source>{label} is being prepared for this computer.</source>
        <translation>{label} se está preparando para este equipo.</translation>
    </message>
    <message>
        <source>{label} is damaged: its files are incomplete or were changed.</source>
        <translation>{label} está dañado: sus archivos están incompletos o se modificaron.</translation>
    </message>
    <message>
        <source>{label} is damaged: {files}. It is no longer used.</source>
        <translation>{label} está dañado: {files}. Ya no se usa.</translation>
    </message>
    <message>
        <source>{label} is muted.</source>
        <translation>{label} está silenciado.</translation>
    </message>
    <message>
        <source>{label} is not connected. Using {other} until it is.</source>
        <translation>{label} no está conectado. Mientras tanto se usa {other}.</translation>
    </message>
    <message>
        <source>{label} is not connected. Using {other}.</source>
        <translation>{label} no está conectado. Se usa {other}.</translation>
    </message>
    <message>
        <source>{label} is not on this computer yet.</source>
        <translation>{label} aún no está en este equipo.</translation>
    </message>
    <message>
        <source>{label} is not on this computer.</source>
        <translation>{label} no está en este equipo.</translation>
    </message>
    <message>
        <source>{label} is part of the installation and stays.</source>
        <translation>{label} forma parte de la instalación y se queda.</translation>
    </message>
    <message>
        <source>{label} is very quiet.</source>
        <translation>{label} suena muy bajo.</translation>
    </message>
    <message>
        <source>{label} was damaged while it was converted.</source>
        <translation>{label} se dañó durante la conversión.</translation>
    </message>
    <message>
        <source>{label} was not available.</source>
        <translation>{label} no estaba disponible.</translation>
    </message>
    <message>
        <source>{label} was unplugged. Using {other} until it is back.</source>
        <translation>{label} se desenchufó. Se usa {other} hasta que vuelva.</translation>
    </message>
    <message>
        <source>{label} was unplugged. Using {other}.</source>
        <translation>{label} se desenchufó. Se usa {other}.</translation>
    </message>
    <message>
        <source>{label} went away.</source>
        <translation>{label} ya no está disponible.</translation>
    </message>
    <message>
        <source>{label}: choose a folder</source>
        <translation>{label}: elegir una carpeta</translation>
    </message>
    <message>
        <source>{length} at {at}: {cause}</source>
        <translation>{length} en {at}: {cause}</translation>
    </message>
    <message>
        <source>{length} of sound is missing {where}: {cause}</source>
        <translation>Falta sonido ({length}) {where}: {cause}</translation>
    </message>
    <message>
        <source>{length} of sound missing</source>
        <translation>Falta sonido: {length}</translation>
    </message>
    <message>
        <source>{length} of sound missing: {cause}</source>
        <translation>Falta sonido ({length}): {cause}</translation>
    </message>
    <message>
        <source>{length} of speech stayed on this computer</source>
        <translation>{length} de voz solo en este equipo</translation>
    </message>
    <message numerus="yes">
        <source>{length} recorded, {n:,} utterances.</source>
        <extracomment>Singular: {length} recorded, {n:,} utterance.</extracomment>
        <translation>
            <numerusform>Grabado: {length}, {n:,} enunciado.</numerusform>
            <numerusform>Grabado: {length}, {n:,} enunciados.</numerusform>
        </translation>
    </message>
    <message>
        <source>{length} went to {host} ({bytes})</source>
        <translation>{length} a {host} ({bytes})</translation>
    </message>
    <message>
        <source>{megabytes:,.0f} MB</source>
        <translation>{megabytes:,.0f} MB</translation>
    </message>
    <message>
        <source>{method} knows only the options engine, language and activation-token, as text.</source>
        <translation>{method} solo conoce las opciones engine, language y activation-token, como texto.</translation>
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
        <translation>{missing}, en {at}.</translation>
    </message>
    <message>
        <source>{model} on this computer</source>
        <translation>{model} en este equipo</translation>
    </message>
    <message>
        <source>{model} on your last dictation</source>
        <translation>{model} con su último dictado</translation>
    </message>
    <message>
        <source>{model} · on this computer</source>
        <translation>{model} · en este equipo</translation>
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
            <numerusform>{n:,} dictado</numerusform>
            <numerusform>{n:,} dictados</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations deleted.</source>
        <extracomment>Singular: {n:,} dictation deleted.</extracomment>
        <translation>
            <numerusform>{n:,} dictado eliminado.</numerusform>
            <numerusform>{n:,} dictados eliminados.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords</source>
        <extracomment>Singular: {n:,} keyword</extracomment>
        <translation>
            <numerusform>{n:,} palabra clave</numerusform>
            <numerusform>{n:,} palabras clave</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords removed.</source>
        <extracomment>Singular: {n:,} keyword removed.</extracomment>
        <translation>
            <numerusform>{n:,} palabra clave quitada.</numerusform>
            <numerusform>{n:,} palabras clave quitadas.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} lines left out:</source>
        <extracomment>Singular: {n:,} line left out:</extracomment>
        <translation>
            <numerusform>{n:,} línea omitida:</numerusform>
            <numerusform>{n:,} líneas omitidas:</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} more messages</source>
        <extracomment>Singular: {n:,} more message</extracomment>
        <translation>
            <numerusform>{n:,} mensaje más</numerusform>
            <numerusform>{n:,} mensajes más</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} more places</source>
        <extracomment>Singular: {n:,} more place</extracomment>
        <translation>
            <numerusform>{n:,} lugar más</numerusform>
            <numerusform>{n:,} lugares más</numerusform>
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
            <numerusform>{n:,} dictado sin terminar</numerusform>
            <numerusform>{n:,} dictados sin terminar</numerusform>
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
            <numerusform>{n:,} enunciado espera su texto.</numerusform>
            <numerusform>{n:,} enunciados esperan su texto.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} words</source>
        <extracomment>Singular: {n:,} word</extracomment>
        <translation>
            <numerusform>{n:,} palabra</numerusform>
            <numerusform>{n:,} palabras</numerusform>
        </translation>
    </message>
    <message>
        <source>{names} and {last}</source>
        <translation>{names} y {last}</translation>
    </message>
    <message numerus="yes">
        <source>{names} and {n} more</source>
        <extracomment>Singular: {names} and {n} more</extracomment>
        <translation>
            <numerusform>{names} y {n} más</numerusform>
            <numerusform>{names} y {n} más</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} cannot be read: {reason}.</source>
        <translation>{name} no se puede leer: {reason}.</translation>
    </message>
    <message>
        <source>{name} for transcribing again</source>
        <translation>{name} para la nueva transcripción</translation>
    </message>
    <message>
        <source>{name} holds no keyring yet; it asks for a password when a key is saved.</source>
        <translation>{name} aún no contiene ningún depósito de claves; pide una contraseña al guardar una clave.</translation>
    </message>
    <message>
        <source>{name} is locked; it asks for its password when the key is needed.</source>
        <translation>{name} está bloqueado; pide su contraseña cuando se necesita la clave.</translation>
    </message>
    <message>
        <source>{name} – not in {label}</source>
        <translation>{name} – no disponible en {label}</translation>
    </message>
    <message>
        <source>{name}: recording from {device}</source>
        <translation>{name}: grabando con {device}</translation>
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
            <numerusform>{n} corrección eliminada; su texto se queda.</numerusform>
            <numerusform>{n} correcciones eliminadas; sus textos se quedan.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} days</source>
        <extracomment>Singular: {n} day</extracomment>
        <translation>
            <numerusform>{n} día</numerusform>
            <numerusform>{n} días</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} dictations have no recording: their texts were used.</source>
        <extracomment>Singular: {n} dictation has no recording: its text was used.</extracomment>
        <translation>
            <numerusform>{n} dictado no tiene grabación: se usó su texto.</numerusform>
            <numerusform>{n} dictados no tienen grabación: se usaron sus textos.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} hits.</source>
        <extracomment>Singular: {n} hit.</extracomment>
        <translation>
            <numerusform>{n} coincidencia.</numerusform>
            <numerusform>{n} coincidencias.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} keywords to check.</source>
        <extracomment>Singular: {n} keyword to check.</extracomment>
        <translation>
            <numerusform>{n} palabra clave por revisar.</numerusform>
            <numerusform>{n} palabras clave por revisar.</numerusform>
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
            <numerusform>Cambia {n} de {all} dictados.</numerusform>
            <numerusform>Cambian {n} de {all} dictados.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} recordings were recognized again.</source>
        <extracomment>Singular: {n} recording was recognized again.</extracomment>
        <translation>
            <numerusform>{n} grabación se reconoció de nuevo.</numerusform>
            <numerusform>{n} grabaciones se reconocieron de nuevo.</numerusform>
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
        <translation>Saywrite no puede cambiar {path}.</translation>
    </message>
    <message>
        <source>{path} cannot be read ({reason}). The defaults are used.</source>
        <translation>{path} no se puede leer ({reason}). Se usan los valores predeterminados.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation>{path} no se puede leer: {reason}.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}. There are no keywords.</source>
        <translation>{path} no se puede leer: {reason}. No hay palabras clave.</translation>
    </message>
    <message>
        <source>{path} cannot be used ({reason}).</source>
        <translation>{path} no se puede usar ({reason}).</translation>
    </message>
    <message>
        <source>{path} is not a history of Saywrite. It was left as it is.</source>
        <translation>{path} no es un historial de Saywrite. Se dejó como estaba.</translation>
    </message>
    <message>
        <source>{path} is not a settings file ({error}).</source>
        <translation>{path} no es un archivo de ajustes ({error}).</translation>
    </message>
    <message>
        <source>{path} is not a settings file.</source>
        <translation>{path} no es un archivo de ajustes.</translation>
    </message>
    <message>
        <source>{path} is where Saywrite's socket should be; commands from other programs are not taken.</source>
        <translation>{path} está donde debería estar el socket de Saywrite; no se aceptan órdenes de otros programas.</translation>
    </message>
    <message>
        <source>{path} was not saved: {reason}.</source>
        <translation>{path} no se guardó: {reason}.</translation>
    </message>
    <message>
        <source>{path}, line {line}: {what}</source>
        <translation>{path}, línea {line}: {what}</translation>
    </message>
    <message>
        <source>{path}: {what} It was kept as {name} beside it, and there are no keywords. Repair that file, then import it in the keyword list.</source>
        <translation>{path}: {what} El archivo se conservó al lado como {name}, y no hay palabras clave. Repare ese archivo e impórtelo después en la lista de palabras clave.</translation>
    </message>
    <message>
        <source>{path}: {what} It was left as it is, and there are no keywords. Repair or move it.</source>
        <translation>{path}: {what} El archivo se dejó como estaba, y no hay palabras clave. Repárelo o muévalo.</translation>
    </message>
    <message>
        <source>{place} cannot be written ({error})</source>
        <translation>no se puede escribir en {place} ({error})</translation>
    </message>
    <message>
        <source>{place} cannot be written ({error}).</source>
        <translation>No se puede escribir en {place} ({error}).</translation>
    </message>
    <message>
        <source>{place} is on a read-only disk</source>
        <translation>{place} está en un disco de solo lectura</translation>
    </message>
    <message>
        <source>{place} is on a read-only disk.</source>
        <translation>{place} está en un disco de solo lectura.</translation>
    </message>
    <message>
        <source>{position} of {length}</source>
        <translation>{position} de {length}</translation>
    </message>
    <message>
        <source>{program} could not be brought to the front, so nothing was undone.</source>
        <translation>No se pudo traer {program} al frente, por lo que no se deshizo nada.</translation>
    </message>
    <message>
        <source>{program} did not read the text.</source>
        <translation>{program} no leyó el texto.</translation>
    </message>
    <message>
        <source>{program} did not receive the text</source>
        <translation>{program} no recibió el texto</translation>
    </message>
    <message>
        <source>{program} does not report whether you have typed there since, so nothing was undone.</source>
        <translation>{program} no indica si ha escrito algo allí desde entonces, por lo que no se deshizo nada.</translation>
    </message>
    <message>
        <source>{program} received the text</source>
        <translation>{program} recibió el texto</translation>
    </message>
    <message>
        <source>{program} was sent the text; no confirmation came</source>
        <translation>El texto se envió a {program}; no llegó confirmación</translation>
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
        <translation>{rest} en {places}</translation>
    </message>
    <message>
        <source>{seconds:.0f} s</source>
        <translation>{seconds:.0f} s</translation>
    </message>
    <message>
        <source>{seconds:.0f} s of the dictation have no text: {why}.</source>
        <translation>{seconds:.0f} s del dictado no tienen texto: {why}.</translation>
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
        <translation>{sent} enviados a {host}, {received} recibidos</translation>
    </message>
    <message>
        <source>{setting} (not connected)</source>
        <translation>{setting} (no conectado)</translation>
    </message>
    <message>
        <source>{target} already exists.</source>
        <translation>{target} ya existe.</translation>
    </message>
    <message>
        <source>{then:%b} {day}, {then:%H:%M}</source>
        <translation>{day} {then:%b}, {then:%H:%M}</translation>
    </message>
    <message>
        <source>{then:%b} {day}, {year}, {then:%H:%M}</source>
        <translation>{day} {then:%b} {year}, {then:%H:%M}</translation>
    </message>
    <message>
        <source>{time:.0f} ms</source>
        <translation>{time:.0f} ms</translation>
    </message>
    <message>
        <source>{time} · at {start}</source>
        <translation>{time} · en {start}</translation>
    </message>
    <message>
        <source>{unknown} is not known. Use {{name}}, {{date}} or {{language}}.</source>
        <translation>No se conoce {unknown}. Use {{name}}, {{date}} o {{language}}.</translation>
    </message>
    <message>
        <source>{value} percent</source>
        <translation>{value} por ciento</translation>
    </message>
    <message>
        <source>{variable} is set in the environment and wins: {value}</source>
        <translation>{variable} está definida en el entorno y tiene prioridad: {value}</translation>
    </message>
    <message>
        <source>{variable} is set in the environment: that key is used, whatever is saved here.</source>
        <translation>{variable} está definida en el entorno: se usa esa clave, sea cual sea la guardada aquí.</translation>
    </message>
    <message numerus="yes">
        <source>{words:,} of {n:,} words</source>
        <extracomment>Singular: {words:,} of {n:,} word</extracomment>
        <translation>
            <numerusform>{words:,} de {n:,} palabra</numerusform>
            <numerusform>{words:,} de {n:,} palabras</numerusform>
        </translation>
    </message>
    <message>
        <source>{words} in {segments}</source>
        <translation>{words} en {segments}</translation>
    </message>
    <message>
        <source>{words}, {failed} failed</source>
        <translation>{words}, {failed} con error</translation>
    </message>
    <message>
        <source>{{name}} is the name of the sound file, {{date}} is today, {{language}} the language. The ending chooses the format: {suffixes}.</source>
        <translation>{{name}} es el nombre del archivo de sonido, {{date}} es la fecha de hoy y {{language}}, el idioma. La extensión determina el formato: {suffixes}.</translation>
    </message>
    <message>
        <source>“Default” is the one chosen in the system's settings.</source>
        <translation>«Predeterminado» es el micrófono elegido en los ajustes del sistema.</translation>
    </message>
    <message>
        <source>“Listen” plays the sounds for start, end and failure, one after the other.</source>
        <translation>«Escuchar» reproduce uno tras otro los sonidos de inicio, de final y de fallo.</translation>
    </message>
    <message>
        <source>“saywrite doctor” tells more.</source>
        <translation>«saywrite doctor» dice más.</translation>
    </message>
    <message>
        <source>“{file}” was not transcribed. {what}</source>
        <translation>«{file}» no se transcribió. {what}</translation>
    </message>
    <message>
        <source>“{name}” breaks off: its end, without which nothing of it can be decoded, is missing.</source>
        <translation>«{name}» se interrumpe: falta su final, sin el cual no se puede decodificar nada.</translation>
    </message>
    <message>
        <source>“{name}” breaks off: {seconds:.1f} s could be read.</source>
        <translation>«{name}» se interrumpe: se pudieron leer {seconds:.1f} s.</translation>
    </message>
    <message>
        <source>“{name}” breaks off: {seconds:.1f} s of {whole:.1f} s could be read.</source>
        <translation>«{name}» se interrumpe: se pudieron leer {seconds:.1f} s de {whole:.1f} s.</translation>
    </message>
    <message>
        <source>“{name}” cannot be decoded.</source>
        <translation>«{name}» no se puede decodificar.</translation>
    </message>
    <message>
        <source>“{name}” cannot be read: {reason}.</source>
        <translation>«{name}» no se puede leer: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” could not be read: {reason}.</source>
        <translation>«{name}» no se pudo leer: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” exists already.</source>
        <translation>«{name}» ya existe.</translation>
    </message>
    <message>
        <source>“{name}” exists already. Replace it?</source>
        <translation>«{name}» ya existe. ¿Reemplazarlo?</translation>
    </message>
    <message>
        <source>“{name}” has a header but holds no sound.</source>
        <translation>«{name}» tiene un encabezado, pero no contiene sonido.</translation>
    </message>
    <message>
        <source>“{name}” has sound of a kind that cannot be decoded here, or that is protected against copying.</source>
        <translation>«{name}» tiene un sonido que aquí no se puede decodificar o que está protegido contra copia.</translation>
    </message>
    <message>
        <source>“{name}” holds no sound.</source>
        <translation>«{name}» no contiene sonido.</translation>
    </message>
    <message>
        <source>“{name}” in “{text}” is not a modifier.</source>
        <translation>«{name}» en «{text}» no es una tecla modificadora.</translation>
    </message>
    <message>
        <source>“{name}” is a folder.</source>
        <translation>«{name}» es una carpeta.</translation>
    </message>
    <message>
        <source>“{name}” is damaged: nothing of it can be decoded.</source>
        <translation>«{name}» está dañado: no se puede decodificar nada de él.</translation>
    </message>
    <message>
        <source>“{name}” is damaged: {seconds:.1f} s of it could not be decoded.</source>
        <translation>«{name}» está dañado: {seconds:.1f} s de él no se pudieron decodificar.</translation>
    </message>
    <message>
        <source>“{name}” is empty (0 bytes).</source>
        <translation>«{name}» está vacío (0 bytes).</translation>
    </message>
    <message>
        <source>“{name}” is not a file.</source>
        <translation>«{name}» no es un archivo.</translation>
    </message>
    <message>
        <source>“{name}” is not a sound file that can be decoded here.</source>
        <translation>«{name}» no es un archivo de sonido que se pueda decodificar aquí.</translation>
    </message>
    <message>
        <source>“{name}” is too large for a list of keywords.</source>
        <translation>«{name}» es demasiado grande para una lista de palabras clave.</translation>
    </message>
    <message>
        <source>“{name}” is very quiet: no speech was found in it.</source>
        <translation>«{name}» suena muy bajo: no se encontró voz en él.</translation>
    </message>
    <message>
        <source>“{name}” may not be read.</source>
        <translation>No está permitido leer «{name}».</translation>
    </message>
    <message>
        <source>“{name}” was not exported.</source>
        <translation>«{name}» no se exportó.</translation>
    </message>
    <message>
        <source>“{name}” was not exported: {reason}.</source>
        <translation>«{name}» no se exportó: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” was not written: {reason}.</source>
        <translation>«{name}» no se escribió: {reason}.</translation>
    </message>
    <message>
        <source>“{spoken}” is in none of these dictations.</source>
        <translation>«{spoken}» no aparece en ninguno de estos dictados.</translation>
    </message>
    <message>
        <source>“{spoken}” is in {some} of {all} dictations: check that it always means this.</source>
        <translation>«{spoken}» aparece en {some} de {all} dictados: compruebe que siempre significa esto.</translation>
    </message>
    <message>
        <source>“{spoken}” is listed again further down: that one counts.</source>
        <translation>«{spoken}» aparece otra vez más abajo: cuenta esa entrada.</translation>
    </message>
    <message>
        <source>“{spoken}” is not suggested again.</source>
        <translation>«{spoken}» no se volverá a sugerir.</translation>
    </message>
    <message>
        <source>“{spoken}” is ordinary speech: it would be replaced everywhere.</source>
        <translation>«{spoken}» es lenguaje corriente: se reemplazaría en todas partes.</translation>
    </message>
    <message>
        <source>“{spoken}” was added to the list; press Apply to use it.</source>
        <translation>«{spoken}» se añadió a la lista; pulse Aplicar para usarlo.</translation>
    </message>
    <message numerus="yes">
        <source>“{spoken}” → “{written}” (corrected {n} times)</source>
        <extracomment>Singular: “{spoken}” → “{written}” (corrected once)</extracomment>
        <translation>
            <numerusform>«{spoken}» → «{written}» (corregido una vez)</numerusform>
            <numerusform>«{spoken}» → «{written}» (corregido {n} veces)</numerusform>
        </translation>
    </message>
    <message>
        <source>“{text}” names a modifier twice.</source>
        <translation>«{text}» contiene dos veces el mismo modificador.</translation>
    </message>
    <message>
        <source>… {start} waiting for text, {length}</source>
        <translation>… {start} a la espera de texto, {length}</translation>
    </message>
    <message>
        <source>… {utterances} since {first} waiting for text, {spoken}</source>
        <translation>… {utterances} desde {first} a la espera de texto, {spoken}</translation>
    </message>
    <message>
        <source>● Saywrite</source>
        <translation>● Saywrite</translation>
    </message>
</context>
</TS>
