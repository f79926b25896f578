using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.Audit.Report;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Tests.Audit.Report;
using Xunit;

namespace BackupCodeBroker.Tests.Cli;

public sealed class JsonPrinterTests
{
    private static readonly JsonSerializerOptions AtOnce = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void Prints_in_pieces_what_the_document_is_in_one()
    {
        JsonObject[] documents =
        [
            [],
            new() { ["a"] = null, ["b"] = new JsonArray(), ["c"] = new JsonArray(null, 1, "\u001b[2J grün 🔑", new JsonObject { ["d"] = new JsonArray(1, 2) }), ["e"] = new JsonObject() },
            AuditJson.Write(SampleReports.Week()),
        ];
        foreach (var document in documents)
        {
            using var writer = new StringWriter(CultureInfo.InvariantCulture);
            JsonPrinter.Print(writer, document);
            Assert.Equal(document.ToJsonString(AtOnce) + Environment.NewLine, writer.ToString());
        }
    }
}
