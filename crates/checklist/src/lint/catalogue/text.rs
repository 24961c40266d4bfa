//! What a document is made of: its bytes, its boxes, its annotations.

use super::{Lint, lints};

lints! {
    NOT_UTF8 = "GNG001" Error: "bytes that are not UTF-8",
        "Nobody can see what such bytes will do in a command.",
        "Gonogo keeps them in the document and never runs a command that holds them.",
        "Save the file as UTF-8.",
        "- [ ] Runs: `ls \u{fffd}`\n"
        => "- [ ] Runs: `ls dist`\n";
    HIDDEN = "GNG002" Error: "an invisible character in a command",
        "Control, zero-width and bidirectional characters make a command look like another one.",
        "The command is shown escaped and is never taken for one that reads.",
        "Remove the character.",
        "- [ ] Runs: `ls dist\u{202e}`\n"
        => "- [ ] Runs: `ls dist`\n";
    NOT_UNDERSTOOD = "GNG003" Warning: "a command that is not understood",
        "What is not understood could change anything.",
        "It counts as an action, which a person runs after seeing its exact bytes.",
        "Split it into simple commands, or put it into a script and name that.",
        "- [ ] Recorded: `git commit -m \"release`\n"
        => "- [ ] Recorded: `git commit -m \"release\"`\n";
    UNKNOWN_PROGRAM = "GNG004" Note: "a command that is not known to read",
        "Gonogo's tables do not know this program or this form of it, so it may change the target.",
        "It counts as an action, which a person runs.",
        "If it only reads, use a known form, or attest it by hand.",
        "- [ ] Synchronised: `frobnicate --all`\n"
        => "- [ ] Synchronised: `frobnicate --all` <!-- gonogo: action -->\n";
    UNKNOWN_ANNOTATION = "GNG005" Error: "an annotation with an unknown key",
        "A misspelt annotation would silently do nothing.",
        "The annotation is ignored and the words decide.",
        "See docs/format.md for the keys.",
        "- [ ] Tables are analysed <!-- gonogo: optinal -->\n"
        => "- [ ] Tables are analysed <!-- gonogo: optional -->\n";
    BAD_ANNOTATION = "GNG006" Error: "an annotation with a value that cannot be used",
        "An annotation wins over the words, so it must be right.",
        "The annotation is ignored and the words decide.",
        "See docs/format.md for the values.",
        "- [ ] The key is closed: `id_rsa` <!-- gonogo: file mode<=rw -->\n"
        => "- [ ] The key is closed: `id_rsa` <!-- gonogo: file mode<=0600 -->\n";
    NO_BOXES = "GNG007" Note: "a document without boxes",
        "Without boxes it is a guess what must be settled.",
        "The steps of the sections that deploy or verify count as items.",
        "Write steps as `- [ ] step`.",
        "# Deploy\n\n1. Build the image\n2. Start it\n"
        => "# Deploy\n\n- [ ] Build the image\n- [ ] Start it\n";
    TOO_MANY = "GNG008" Note: "more findings than are shown",
        "The document has more than 2,000 findings.",
        "The first ones are shown.",
        "Mend those and import again.",
        "- [ ] Ready: `ping db`\n"
        => "- [ ] Ready: `test -f .env`\n";
}
