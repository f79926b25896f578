using System.Text.Encodings.Web;
using BackupCodeBroker.DevVault.Logical;
using Microsoft.AspNetCore.Http;

namespace BackupCodeBroker.DevVault.Http;

/// <summary>The edge: tidies paths by redirecting, answers for the server's own state, and hands everything else to the pipeline.</summary>
internal sealed class VaultHandler(VaultCore core)
{
    private const string Prefix = "/v1/";

    private static readonly string[] Injected =
    [
        "sys/audit/", "sys/audit-hash/", "sys/auth/", "sys/config/auditing/request-headers/", "sys/mounts/", "sys/policy/",
    ];

    private readonly RequestPipeline _pipeline = new(core);
    private readonly ServerState _state = new(core);

    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        (string path, string query) = RequestReader.Target(context);
        if (path.Any(c => c < ' ' || c == '\x7f'))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        if (!path.StartsWith(Prefix, StringComparison.Ordinal))
        {
            await Answers.ErrorAsync(context, StatusCodes.Status404NotFound, null);
            return;
        }

        string clean = CleanPath.Of(path);
        clean = clean is "/v1/sys" or "/v1/sys/audit-hash" or "/v1/sys/config/state" ? clean + "/" : clean;
        if (clean != path)
        {
            await RedirectAsync(context, clean + query);
            return;
        }

        await ServeAsync(context, path[Prefix.Length..], query);
    }

    private static Task RedirectAsync(HttpContext context, string target)
    {
        context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
        context.Response.Headers.Location = target;
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            return Task.CompletedTask;
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync($"<a href=\"{HtmlEncoder.Default.Encode(target)}\">Moved Permanently</a>.\n\n");
    }

    private async Task ServeAsync(HttpContext context, string path, string query)
    {
        if (!WithinQuota(context, path))
        {
            string asked = context.Request.Method == "LIST" && !path.EndsWith('/') ? path + "/" : path;
            await Answers.ErrorAsync(context, StatusCodes.Status429TooManyRequests, $"request path {GoValue.Quote(asked)}: rate limit quota exceeded");
            return;
        }

        if (_state.Find(path) is { } own)
        {
            await own(context, query);
            return;
        }

        (VaultRequest? request, Unreadable? problem) = await RequestReader.ReadAsync(context, path, query);
        if (problem is not null)
        {
            await Answers.ErrorAsync(context, problem.Status, problem.Text);
            return;
        }

        Result result = await _pipeline.HandleAsync(request!, context.RequestAborted);
        await Answers.WriteAsync(context, request!, result, IsInjected(path));
    }

    private bool WithinQuota(HttpContext context, string path)
    {
        lock (core.Gate)
        {
            return core.Quotas.Allows(path, context.Connection.RemoteIpAddress?.ToString() ?? "", core.Clock.Now());
        }
    }

    private static bool IsInjected(string path) =>
        path.StartsWith("sys/", StringComparison.Ordinal)
        && (path is "sys/audit" or "sys/auth" or "sys/config/auditing/request-headers" or "sys/capabilities" or "sys/capabilities-accessor"
                or "sys/capabilities-self" or "sys/mounts" or "sys/policy" or "sys/wrapping/wrap"
            || Array.Exists(Injected, prefix => path.StartsWith(prefix, StringComparison.Ordinal)));
}

/// <summary>A path without empty, <c>.</c> and <c>..</c> parts; a closing slash stays.</summary>
internal static class CleanPath
{
    public static string Of(string path)
    {
        if (!path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal))
        {
            return path;
        }

        var parts = new List<string>();
        foreach (string part in path.Split('/'))
        {
            if (part is "" or ".")
            {
                continue;
            }

            if (part != "..")
            {
                parts.Add(part);
            }
            else if (parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
        }

        string clean = "/" + string.Join('/', parts);
        return path.EndsWith('/') && clean.Length > 1 ? clean + "/" : clean;
    }
}
