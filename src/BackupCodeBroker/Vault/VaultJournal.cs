using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Vault;

/// <summary>
/// What one operation asked of Vault, request by request as they went out (a retry is a request too): so many were answered in a way that Vault's
/// audit log shows, so many may or may not stand in it, and these are Vault's ids of them. Calls of one operation run side by side.
/// </summary>
internal sealed class VaultJournal
{
    private readonly Lock _lock = new();
    private readonly List<string> _ids = [];
    private int _answered;
    private int _uncertain;

    /// <summary>Requests that stand in the audit log.</summary>
    public int Answered
    {
        get
        {
            lock (_lock)
            {
                return _answered;
            }
        }
    }

    /// <summary>Requests of which that is not known.</summary>
    public int Uncertain
    {
        get
        {
            lock (_lock)
            {
                return _uncertain;
            }
        }
    }

    /// <summary>Vault's ids of requests, in the order of their answers.</summary>
    public IReadOnlyList<string> Ids
    {
        get
        {
            lock (_lock)
            {
                return _ids.Count == 0 ? [] : [.. _ids];
            }
        }
    }

    /// <summary>A status came back. After a redirect, a 429 or a fault nobody can tell which node logged what.</summary>
    public void Note(int status)
    {
        lock (_lock)
        {
            if (status is 200 or 204 or 400 or 403 or 404 or 405)
            {
                _answered++;
            }
            else
            {
                _uncertain++;
            }
        }
    }

    /// <summary>The answer said under which id Vault logs the request.</summary>
    public void Name(string requestId)
    {
        lock (_lock)
        {
            if (requestId.Length > 0 && _ids.Count < AccessRecord.MaxRequestIds)
            {
                _ids.Add(requestId);
            }
        }
    }

    /// <summary>A request went out and no status came back.</summary>
    public void Lose()
    {
        lock (_lock)
        {
            _uncertain++;
        }
    }
}
