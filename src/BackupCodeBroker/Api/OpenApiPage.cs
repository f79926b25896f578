using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace BackupCodeBroker.Api;

/// <summary>
/// The description of the API at <c>/openapi/v1.json</c>. Anybody may ask for it and it never changes, so it is made once, when it is asked for first: to make
/// it takes more work and memory than any operation does.
/// </summary>
internal sealed class OpenApiPage([FromKeyedServices(OpenApiPage.Document)] IOpenApiDocumentProvider provider)
{
    /// <summary>Name of the document, in lower case as the services are keyed.</summary>
    public const string Document = "v1";

    /// <summary>Its route.</summary>
    public const string Path = $"/openapi/{Document}.json";

    private readonly Lazy<Task<byte[]>> _json = new(() => MakeAsync(provider));

    /// <summary>Answers with it.</summary>
    public async Task WriteAsync(HttpContext http)
    {
        var json = await _json.Value;
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = json.Length;
        await http.Response.Body.WriteAsync(json, http.RequestAborted);
    }

    // Of the routes alone: no request's end ends it, and it fails for all or for none.
    private static async Task<byte[]> MakeAsync(IOpenApiDocumentProvider provider)
    {
        using var buffer = new MemoryStream();
        var document = await provider.GetOpenApiDocumentAsync(CancellationToken.None);
        await document.SerializeAsJsonAsync(buffer, OpenApiSpecVersion.OpenApi3_1, CancellationToken.None);
        return buffer.ToArray();
    }
}
