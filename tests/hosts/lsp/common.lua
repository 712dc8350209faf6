-- What the scripts beside it do in a Neovim without a screen. Works with 0.7 (Debian 12) and later.
local M = {}

function M.fail(what)
  io.stderr:write('FAILED: ' .. what .. '\n')
  vim.cmd('cq')
end

-- Wait for a condition, and print what has come true; ends Neovim with an error when it does not.
function M.wait(what, condition)
  if not vim.wait(60000, condition, 20) then
    M.fail(what .. '; diagnostics: ' .. vim.inspect(vim.diagnostic.get()) .. '; text: ' .. vim.inspect(vim.api.nvim_buf_get_lines(0, 0, -1, false)))
  end
  print(what)
end

-- The codes found in a buffer; what is wrong with a configuration file has none.
function M.codes(buffer)
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(buffer)) do
    local code = each.code or ((each.user_data or {}).lsp or {}).code
    table.insert(found, code or 'configuration')
  end
  table.sort(found)
  return table.concat(found, ' ')
end

-- Start relint (RELINT is its command), or take the one that runs, for the current buffer.
function M.start()
  local setup = { name = 'relint', cmd = vim.split(vim.env.RELINT, ' '), root_dir = vim.fn.getcwd() }
  if vim.lsp.start then -- from 0.8 on; later ones have nothing else
    M.id = vim.lsp.start(setup)
  else
    M.id = M.id or vim.lsp.start_client(setup)
    vim.lsp.buf_attach_client(vim.api.nvim_get_current_buf(), M.id)
  end
  return vim.lsp.get_client_by_id(M.id)
end

return M
