cask "saywrite" do
  version "@VERSION@"
  sha256 "@MACOS_SHA256@"

  url "https://github.com/saywrite/saywrite/releases/download/v#{version}/Saywrite-#{version}.dmg"
  name "Saywrite"
  desc "Dictation with a live transcript, on this computer"
  homepage "https://github.com/saywrite/saywrite"

  depends_on macos: ">= :ventura"

  app "Saywrite.app"
  binary "#{appdir}/Saywrite.app/Contents/MacOS/saywrite"

  uninstall quit: "io.github.saywrite.Saywrite"

  zap trash: [
    "~/Library/Application Support/saywrite",
    "~/Library/LaunchAgents/io.github.saywrite.Saywrite.plist",
    "~/Library/Logs/saywrite",
  ]
end
